{{/*
Metrics: the application answers /metrics in JSON. The sidecar json_exporter converts it for Prometheus, on its own port. The
ServiceMonitor scrapes the exporter unless the values name another port or path.
*/}}

{{- define "claude-relay.metrics.enabled" -}}
{{- $mode := .Values.metrics.exporter.mode -}}
{{- if or (eq $mode "always") (and (eq $mode "auto") (or .Values.serviceMonitor.enabled .Values.prometheusRule.enabled)) -}}true{{- end -}}
{{- end -}}

{{- define "claude-relay.metrics.name" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "metrics") -}}
{{- end -}}

{{/* "true" if the metrics of Fluent Bit are scraped too. */}}
{{- define "claude-relay.metrics.fluentbit" -}}
{{- if and (include "claude-relay.metrics.enabled" .) (include "claude-relay.fluentbit.enabled" .) -}}true{{- end -}}
{{- end -}}

{{/* The data of the ConfigMap of the exporter. */}}
{{- define "claude-relay.metrics.data" -}}
config.yaml: {{ .Files.Get "files/json-exporter.yaml" | toJson }}
{{- end -}}

{{/* The endpoint to scrape: JSON with port, path and probe (true if the scrape needs the parameter `target`). */}}
{{- define "claude-relay.metrics.endpoint" -}}
{{- $port := .Values.serviceMonitor.port -}}
{{- $path := .Values.serviceMonitor.path -}}
{{- if include "claude-relay.metrics.enabled" . -}}
{{- if eq $path "/prometheus" -}}
{{- $path = "/probe" -}}
{{- end -}}
{{- if and (eq $port "http") (eq $path "/probe") -}}
{{- $port = "metrics" -}}
{{- end -}}
{{- end -}}
{{- dict "port" $port "path" $path "probe" (and (eq $port "metrics") (eq $path "/probe")) | toJson -}}
{{- end -}}

{{/* Converts a duration of Prometheus to milliseconds. Argument: the duration. */}}
{{- define "claude-relay.metrics.milliseconds" -}}
  {{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 -}}
  {{- $total := 0 -}}
  {{- range $part := regexFindAll "[0-9]+(ms|[ywdhms])" . -1 -}}
    {{- $unit := regexFind "[a-z]+$" $part -}}
    {{- /* With a leading zero, int64 would read an octal number. */ -}}
    {{- $number := regexReplaceAll "^0+([0-9])" (trimSuffix $unit $part) "${1}" | int64 -}}
    {{- $total = add $total (mul $number (get $units $unit)) -}}
  {{- end -}}
  {{- $total -}}
{{- end -}}

{{- define "claude-relay.metrics.guards" -}}
  {{- $monitor := .Values.serviceMonitor -}}
  {{- if and $monitor.enabled $monitor.interval $monitor.scrapeTimeout -}}
    {{- $interval := include "claude-relay.metrics.milliseconds" $monitor.interval | int64 -}}
    {{- if gt (include "claude-relay.metrics.milliseconds" $monitor.scrapeTimeout | int64) $interval }}
- serviceMonitor.scrapeTimeout ({{ $monitor.scrapeTimeout }}) is longer than serviceMonitor.interval ({{ $monitor.interval }}), so
  the Prometheus Operator rejects the ServiceMonitor: decrease scrapeTimeout or increase interval
    {{- end }}
  {{- end }}
  {{- $port := int64 .Values.config.port -}}
  {{- if and (include "claude-relay.metrics.enabled" .) (eq (int64 .Values.metrics.exporter.port) $port) }}
- metrics.exporter.port and config.port are both {{ $port }}: change one of them
  {{- end }}
{{- end -}}
