{{/*
Parts that pods have in common.
*/}}

{{/*
A probe: its timing from the values, its handler from the chart. Takes: probe, handler (YAML). Empty where disabled.
*/}}
{{- define "claude-relay.pod.probe" -}}
{{- if .probe.enabled -}}
{{- .handler }}
initialDelaySeconds: {{ int64 .probe.initialDelaySeconds }}
periodSeconds: {{ int64 .probe.periodSeconds }}
timeoutSeconds: {{ int64 .probe.timeoutSeconds }}
failureThreshold: {{ int64 .probe.failureThreshold }}
successThreshold: {{ int64 .probe.successThreshold }}
{{- end -}}
{{- end -}}

{{/* Whether sidecars are init containers that restart (Kubernetes 1.29 and later): such a one outlives the application. */}}
{{- define "claude-relay.pod.nativeSidecars" -}}
{{- if semverCompare ">=1.29-0" (include "claude-relay.kubeVersion" .) -}}true{{- end -}}
{{- end -}}

{{/* Topology spread constraints; one without a selector gets the application's. */}}
{{- define "claude-relay.pod.spread" -}}
{{- $selector := dict "matchLabels" (include "claude-relay.selectorLabels" . | fromYaml) -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $constraints = append $constraints (merge (deepCopy .) (ternary dict (dict "labelSelector" $selector) (hasKey . "labelSelector"))) -}}
{{- end -}}
{{- if $constraints -}}
{{- toYaml $constraints -}}
{{- end -}}
{{- end -}}

{{/* The checksums that roll the pods when what they read changes, and only then. */}}
{{- define "claude-relay.pod.annotations" -}}
{{- $annotations := dict -}}
{{- $_ := set $annotations "checksum/config" (include "claude-relay.config.data" . | sha256sum) -}}
{{- $_ := set $annotations "checksum/scripts" (include "claude-relay.scripts.data" . | sha256sum) -}}
{{- $_ := set $annotations "checksum/secret" (include "claude-relay.secrets.checksum" .) -}}
{{- if include "claude-relay.fluentbit.enabled" . -}}
{{- $_ := set $annotations "checksum/fluent-bit" (printf "%s%s%s" (include "claude-relay.fluentbit.data" .) (include "claude-relay.fluentbit.secretData" .) (include "claude-relay.secrets.lookup" (dict "name" .Values.storage.logs.fluentbit.output.existingSecret "namespace" .Release.Namespace)) | sha256sum) -}}
{{- end -}}
{{- if include "claude-relay.metrics.enabled" . -}}
{{- $_ := set $annotations "checksum/exporter" (include "claude-relay.metrics.data" . | sha256sum) -}}
{{- end -}}
{{- merge $annotations .Values.podAnnotations | toYaml -}}
{{- end -}}

{{/* The data of the ConfigMap with the pod's scripts. `dotenv` is an empty /app/.env: the application would write one. */}}
{{- define "claude-relay.scripts.data" -}}
{{- range $path, $content := .Files.Glob "files/scripts/*" }}
{{ base $path }}: {{ toString $content | toJson }}
{{- end }}
dotenv: ""
{{- end -}}

{{/* A number or a percentage: numbers as digits, percentages quoted. */}}
{{- define "claude-relay.pod.intOrPercent" -}}
{{- if kindIs "string" . -}}{{ quote . }}{{- else -}}{{ int64 . }}{{- end -}}
{{- end -}}

{{/* The pods' volumes that are the chart's own, as a YAML list. */}}
{{- define "claude-relay.pod.volumes" -}}
{{- $logs := .Values.storage.logs -}}
- name: data
  emptyDir: {{ include "claude-relay.pod.emptyDir" .Values.storage.data.sizeLimit }}
- name: logs
  {{- if eq $logs.mode "pvc" }}
  persistentVolumeClaim:
    claimName: {{ include "claude-relay.storage.logsClaim" . | quote }}
  {{- else }}
  emptyDir: {{ include "claude-relay.pod.emptyDir" $logs.sizeLimit }}
  {{- end }}
- name: temp
  emptyDir: {}
- name: tmp
  emptyDir: {}
- name: scripts
  configMap:
    name: {{ include "claude-relay.nameWith" (dict "context" . "suffix" "scripts") | quote }}
{{- if .Values.storage.data.external.enabled }}
- name: external-data
  persistentVolumeClaim:
    claimName: {{ include "claude-relay.storage.externalDataClaim" . | quote }}
{{- end }}
{{- with include "claude-relay.redis.caVolume" . }}
- name: redis-ca
  {{- . | nindent 2 }}
{{- end }}
{{- if include "claude-relay.fluentbit.enabled" . }}
- name: fluent-bit-config
  configMap:
    name: {{ include "claude-relay.fluentbit.configName" . | quote }}
- name: fluent-bit-state
  emptyDir: {}
{{- end }}
{{- if include "claude-relay.metrics.enabled" . }}
- name: exporter-config
  configMap:
    name: {{ include "claude-relay.metrics.name" . | quote }}
{{- end }}
{{- end -}}

{{/* The application's mounts that are the chart's own, as a YAML list. */}}
{{- define "claude-relay.pod.mounts" -}}
- name: data
  mountPath: /app/data
- name: logs
  mountPath: /app/logs
- name: temp
  mountPath: /app/temp
- name: tmp
  mountPath: /tmp
- name: scripts
  mountPath: /etc/claude-relay/scripts
  readOnly: true
- name: scripts
  mountPath: /app/.env
  subPath: dotenv
  readOnly: true
{{- if .Values.storage.data.external.enabled }}
- name: external-data
  mountPath: /app/external-data
{{- end }}
{{- include "claude-relay.pod.caMount" . }}
{{- end -}}

{{/* The mount of a private authority of Redis, as an item of a YAML list. */}}
{{- define "claude-relay.pod.caMount" -}}
{{- if include "claude-relay.redis.caVolume" . }}
- name: redis-ca
  mountPath: /etc/claude-relay/redis-ca
  readOnly: true
{{- end }}
{{- end -}}

{{- define "claude-relay.pod.emptyDir" -}}
{{- if . -}}
{sizeLimit: {{ . | quote }}}
{{- else -}}
{}
{{- end -}}
{{- end -}}
