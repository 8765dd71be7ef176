{{/*
Answers that are remembered for the rest of a render: what is generated must not differ from place to place, and what takes
long, such as reading a file, is done once.
*/}}

{{/* What a helper says, computed once a render. Takes: helper, context (the helper's), values (which remember it). */}}
{{- define "claude-relay.once" -}}
{{- if not (hasKey .values "_once") -}}
{{- $_ := set .values "_once" dict -}}
{{- end -}}
{{- if not (hasKey .values._once .helper) -}}
{{- $_ := set .values._once .helper (include .helper .context) -}}
{{- end -}}
{{- get .values._once .helper -}}
{{- end -}}
