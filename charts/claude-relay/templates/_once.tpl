{{/*
A cache for one render. A generated secret must be the same in all templates, and slow work, such as parsing a file, is
done once. The cache is in `.Release`, which all templates of a release share. It is not in `.Values`, because a template
in the values that prints all values would print generated secrets.
*/}}

{{/* The output of a helper, computed once in a render. Arguments: helper, context (of the helper), release, name (of the instance). */}}
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

{{/* Renders a template of the values without access to the cache. Arguments: context, text. */}}
{{- define "claude-relay.renderUsers" -}}
  {{- /* Each item of .Subcharts contains the same Release. */ -}}
  {{- $context := omit .context "Release" "Subcharts" -}}
  {{- $_ := set $context "Release" (omit .context.Release "_claudeRelay" "_claudeRelayNames" "_claudeRelayValues") -}}
  {{- tpl .text $context -}}
{{- end -}}
