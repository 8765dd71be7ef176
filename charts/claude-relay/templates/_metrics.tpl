{{/*
Metrics: the application answers /metrics in JSON, so json_exporter stands between it and Prometheus, in the pod and on a
port of its own. What a ServiceMonitor scrapes is decided here: the exporter's probe, unless the user says otherwise.
*/}}

{{- define "claude-relay.metrics.enabled" -}}
{{- $mode := .Values.metrics.exporter.mode -}}
{{- if or (eq $mode "always") (and (eq $mode "auto") (or .Values.serviceMonitor.enabled .Values.prometheusRule.enabled)) -}}true{{- end -}}
{{- end -}}

{{- define "claude-relay.metrics.name" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "metrics") -}}
{{- end -}}

{{/* "true" where Fluent Bit's own metrics are scraped, beside the exporter's. */}}
{{- define "claude-relay.metrics.fluentbit" -}}
{{- if and (include "claude-relay.metrics.enabled" .) (include "claude-relay.fluentbit.enabled" .) -}}true{{- end -}}
{{- end -}}

{{/* The data of the exporter's ConfigMap. */}}
{{- define "claude-relay.metrics.data" -}}
config.yaml: {{ .Files.Get "files/json-exporter.yaml" | toJson }}
{{- end -}}

{{/* What to scrape: JSON with port, path and probe (whether the exporter has to be told its target). */}}
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

{{- define "claude-relay.metrics.guards" -}}
  {{- $port := int64 .Values.config.port -}}
  {{- if and (include "claude-relay.metrics.enabled" .) (eq (int64 .Values.metrics.exporter.port) $port) }}
- metrics.exporter.port and config.port are both {{ $port }}: change one
  {{- end }}
{{- end -}}
