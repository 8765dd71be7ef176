{{/*
Guards: values that the schema cannot judge alone, because the answer takes two values, the cluster or the release's name.
Each subject has its guards in a helper of its own file, `claude-relay.SUBJECT.guards`. A message begins with "- " at the
start of a line, names the values path, says what to do, and may go on in indented lines. All messages are shown at once.
*/}}

{{- define "claude-relay.guards" -}}
  {{- $messages := "" -}}
  {{- range list "capabilities" "names" "secrets" "secretsjob" "redis" "storage" "scaling" "pod" "exposure" "metrics" "fluentbit" -}}
    {{- $messages = printf "%s\n%s" $messages (include (printf "claude-relay.%s.guards" .) $) -}}
  {{- end -}}
  {{- with trim $messages -}}
    {{- $lines := regexReplaceAll "\n\\s*([^-\\s])" . " ${1}" -}}
    {{- fail (printf "\n\nThese values do not go together:\n  %s\n" (regexReplaceAll "\n\\s*- " $lines "\n  - ")) -}}
  {{- end -}}
{{- end -}}
