{{/*
Guards check what the schema cannot: a combination of values, the cluster, or the name of the release. Each subject has
its guards in its own file, in the helper `claude-relay.SUBJECT.guards`. A message starts with "- " at the start of a line
and continues in indented lines. It says what is wrong, the values path, and what to do. All messages are shown at once.
*/}}

{{- define "claude-relay.guards" -}}
  {{- $messages := "" -}}
  {{- $subjects := list "capabilities" "names" "config" "secrets" "secretsjob" "redis" "authorities" "storage" "scaling" "pod" -}}
  {{- range concat $subjects (list "exposure" "metrics" "fluentbit") -}}
    {{- $messages = printf "%s\n%s" $messages (include (printf "claude-relay.%s.guards" .) $) -}}
  {{- end -}}
  {{- with trim $messages -}}
    {{- $lines := regexReplaceAll "\n\\s*([^-\\s])" . " ${1}" -}}
    {{- fail (printf "\n\nThese values are invalid together or in this cluster:\n  %s\n" (regexReplaceAll "\n\\s*- " $lines "\n  - ")) -}}
  {{- end -}}
{{- end -}}
