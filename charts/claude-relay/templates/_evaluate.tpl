{{/*
Templates in the values of the user, as in `example.com/owner: '{{ .Release.Name }}'`.
*/}}

{{/*
A value of any type with the templates in its texts evaluated: JSON with the key `value`. A text is a template if it refers to a
field of .Release, .Values, .Chart, .Capabilities, .Files or .Template, or calls include. All other texts with braces are left
as they are, such as a filter of LDAP or a template of Vault. Arguments: context, value.
*/}}
{{- define "claude-relay.evaluate" -}}
  {{- $value := .value -}}
  {{- if contains "{{" (toJson $value) -}}
    {{- if kindIs "map" $value -}}
      {{- $value = dict -}}
      {{- range $key, $item := .value -}}
        {{- $_ := set $value $key (include "claude-relay.evaluate" (dict "context" $.context "value" $item) | fromJson).value -}}
      {{- end -}}
    {{- else if kindIs "slice" $value -}}
      {{- $value = list -}}
      {{- range .value -}}
        {{- $value = append $value (include "claude-relay.evaluate" (dict "context" $.context "value" .) | fromJson).value -}}
      {{- end -}}
    {{- else if regexMatch "\\{\\{[^}]*(\\.(Release|Values|Chart|Capabilities|Files|Template)\\.|\\binclude\\b)" $value -}}
      {{- $value = include "claude-relay.renderUsers" (dict "context" .context "text" $value) -}}
    {{- end -}}
  {{- end -}}
  {{- dict "value" $value | toJson -}}
{{- end -}}

{{/* A list or a map of the user as YAML, with its templates evaluated; empty if the value is empty. Arguments: context, value. */}}
{{- define "claude-relay.evaluated" -}}
  {{- if .value -}}
    {{- if contains "{{" (toJson .value) -}}
      {{- (include "claude-relay.evaluate" . | fromJson).value | toYaml -}}
    {{- else -}}
      {{- toYaml .value -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{/*
Annotations of an object as YAML; empty if there are none. Arguments: context; optionally fixed (of the chart), own (of the object
in the values) and default (of the chart). Each takes precedence over the next one, and all over `commonAnnotations`.
*/}}
{{- define "claude-relay.annotations" -}}
  {{- if or .context.Values.commonAnnotations (get . "own") (get . "fixed") (get . "default") -}}
    {{- include "claude-relay.annotations.joined" . -}}
  {{- end -}}
{{- end -}}

{{- define "claude-relay.annotations.joined" -}}
  {{- $users := dict -}}
  {{- range $source := list .context.Values.commonAnnotations (get . "own") -}}
    {{- if $source -}}
      {{- range $key, $text := $source -}}
        {{- $_ := set $users $key $text -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if $users -}}
    {{- $users = (include "claude-relay.evaluate" (dict "context" .context "value" $users) | fromJson).value -}}
  {{- end -}}
  {{- $annotations := dict -}}
  {{- range $source := list (get . "default") $users (get . "fixed") -}}
    {{- if $source -}}
      {{- range $key, $text := $source -}}
        {{- $_ := set $annotations $key $text -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- toYaml $annotations -}}
{{- end -}}
