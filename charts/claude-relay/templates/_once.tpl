{{/*
Answers that are remembered for the rest of a render: what is generated must not differ from place to place, and what takes
long, such as reading a file, is done once. They are kept in `.Release`, which all templates of a release share, and not in
`.Values`: a template of the user's that prints all values would publish generated secrets.
*/}}

{{/* What a helper says, computed once a render. Takes: helper, context (the helper's), release, and name (of the instance). */}}
{{- define "claude-relay.once" -}}
  {{- if not (hasKey .release "_claudeRelay") -}}
    {{- $_ := set .release "_claudeRelay" dict -}}
  {{- end -}}
  {{- $key := printf "%s %s" .helper .name -}}
  {{- if not (hasKey .release._claudeRelay $key) -}}
    {{- $_ := set .release._claudeRelay $key (include .helper .context) -}}
  {{- end -}}
  {{- get .release._claudeRelay $key -}}
{{- end -}}

{{/* A template of the user's, rendered without what is remembered. Takes: context, text. */}}
{{- define "claude-relay.renderUsers" -}}
  {{- /* Each of .Subcharts has the same Release. */ -}}
  {{- $context := omit .context "Release" "Subcharts" -}}
  {{- $_ := set $context "Release" (omit .context.Release "_claudeRelay" "_claudeRelayNames") -}}
  {{- tpl .text $context -}}
{{- end -}}
