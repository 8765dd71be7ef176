{{/*
Whether several pods may run at once, and what follows from it.
*/}}

{{/* "true" where more than one pod may run for good; empty otherwise. */}}
{{- define "claude-relay.scaling.several" -}}
{{- if .Values.autoscaling.enabled -}}
{{- if gt (int64 .Values.autoscaling.maxReplicas) 1 -}}true{{- end -}}
{{- else if gt (int64 .Values.replicaCount) 1 -}}true
{{- end -}}
{{- end -}}

{{/* The Deployment's strategy: the user's, or the one that the claims allow. */}}
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
