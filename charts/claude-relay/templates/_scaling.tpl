{{/*
Replicas: whether several pods run at the same time, and the strategy of the Deployment.
*/}}

{{/* "true" if more than one replica is possible; otherwise empty. */}}
{{- define "claude-relay.scaling.several" -}}
{{- if .Values.externalScaling -}}true
{{- else if .Values.autoscaling.enabled -}}
{{- if gt (int64 .Values.autoscaling.maxReplicas) 1 -}}true{{- end -}}
{{- else if gt (int64 .Values.replicaCount) 1 -}}true
{{- end -}}
{{- end -}}

{{/* The strategy of the Deployment: `strategy` of the values, or the one that the access modes of the PVCs allow. */}}
{{- define "claude-relay.scaling.strategy" -}}
{{- if .Values.strategy -}}
{{- toYaml .Values.strategy -}}
{{- else if include "claude-relay.storage.singleWriter" . -}}
type: Recreate
{{- else -}}
type: RollingUpdate
rollingUpdate:
  maxSurge: 1
  maxUnavailable: 0
{{- end -}}
{{- end -}}

{{- define "claude-relay.scaling.guards" -}}
  {{- if and .Values.externalScaling .Values.autoscaling.enabled }}
- autoscaling.enabled and externalScaling are both true, so two autoscalers would change the number of pods: set one to false
  {{- end }}
  {{- if .Values.autoscaling.enabled -}}
    {{- include "claude-relay.scaling.autoscalingGuards" . -}}
  {{- end -}}
  {{- $budget := .Values.podDisruptionBudget -}}
  {{- if and $budget.enabled (ne (toString $budget.minAvailable) "") (ne (toString $budget.maxUnavailable) "") }}
- podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable are both set: leave one empty
  {{- end }}
{{- end -}}

{{- define "claude-relay.scaling.autoscalingGuards" -}}
  {{- $scaling := .Values.autoscaling -}}
  {{- $least := int64 $scaling.minReplicas -}}
  {{- $most := int64 $scaling.maxReplicas -}}
  {{- if gt $least $most }}
- autoscaling.minReplicas ({{ $least }}) is greater than autoscaling.maxReplicas ({{ $most }}): decrease
  autoscaling.minReplicas or increase autoscaling.maxReplicas
  {{- end }}
  {{- $targets := dict "cpu" (int64 $scaling.targetCPUUtilizationPercentage) }}
  {{- $_ := set $targets "memory" (int64 $scaling.targetMemoryUtilizationPercentage) }}
  {{- if not (or $targets.cpu $targets.memory $scaling.metrics) }}
- autoscaling.enabled is true but no metric is set: set autoscaling.targetCPUUtilizationPercentage,
  autoscaling.targetMemoryUtilizationPercentage or autoscaling.metrics
  {{- end }}
  {{- $containers := dict "resources" .Values.resources }}
  {{- if include "claude-relay.fluentbit.enabled" . }}
    {{- $_ := set $containers "storage.logs.fluentbit.resources" .Values.storage.logs.fluentbit.resources }}
  {{- end }}
  {{- if include "claude-relay.metrics.enabled" . }}
    {{- $_ := set $containers "metrics.exporter.resources" .Values.metrics.exporter.resources }}
  {{- end }}
  {{- range $resource, $target := $targets }}
    {{- range $path, $resources := $containers }}
      {{- $requests := get $resources "requests" | default dict }}
      {{- /* A limit without a request is the request too. */}}
      {{- $limits := get $resources "limits" | default dict }}
      {{- if and $target (not (hasKey $requests $resource)) (not (hasKey $limits $resource)) }}
- autoscaling by {{ $resource }} needs a request of every container, but {{ $path }}.requests.{{ $resource }} is not set: set it
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
