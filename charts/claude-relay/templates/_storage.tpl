{{/*
Claims: which ones the pods mount, and whether two pods can share them. The chart's own claims outlive the release.
*/}}

{{- define "claude-relay.storage.logsClaim" -}}
{{- if eq .Values.storage.logs.mode "pvc" -}}
{{- default (include "claude-relay.nameWith" (dict "context" . "suffix" "logs")) .Values.storage.logs.persistence.existingClaim -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.storage.externalDataClaim" -}}
{{- if .Values.storage.data.external.enabled -}}
{{- default (include "claude-relay.nameWith" (dict "context" . "suffix" "external-data")) .Values.storage.data.external.existingClaim -}}
{{- end -}}
{{- end -}}

{{/* The values paths of mounted claims that only one node or pod may mount, one a line; empty where there is none. */}}
{{- define "claude-relay.storage.singleWriter" -}}
{{- if and (eq .Values.storage.logs.mode "pvc") (ne .Values.storage.logs.persistence.accessMode "ReadWriteMany") }}
storage.logs.persistence.accessMode={{ .Values.storage.logs.persistence.accessMode }}
{{- end }}
{{- if and .Values.storage.data.external.enabled (ne .Values.storage.data.external.accessMode "ReadWriteMany") }}
storage.data.external.accessMode={{ .Values.storage.data.external.accessMode }}
{{- end }}
{{- end -}}

{{/*
A Kubernetes quantity in bytes, so that 1Gi and 1024Mi are equal; empty where it is none, or too fine for whole numbers.
*/}}
{{- define "claude-relay.storage.bytes" -}}
{{- if regexMatch "^[0-9]{1,15}(\\.[0-9]{1,3})?([kMGTPE]|[KMGTPE]i)?$" . -}}
{{- $unit := 1 -}}
{{- range until (index (dict "" 0 "K" 1 "M" 2 "G" 3 "T" 4 "P" 5 "E" 6) (regexFind "[A-Za-z]?" (regexFind "[A-Za-z]*$" .) | upper)) -}}
{{- $unit = mul $unit (ternary 1024 1000 (hasSuffix "i" $)) -}}
{{- end -}}
{{- $whole := regexFind "^[0-9]+" . -}}
{{- $fraction := regexFind "\\.[0-9]+" . | trimPrefix "." -}}
{{- /* A leading zero would make the digits octal. */ -}}
{{- $bytes := mul $unit (regexReplaceAll "^0+([0-9])" $whole "${1}" | int64) -}}
{{- if $fraction -}}
{{- $parts := mul $unit (regexReplaceAll "^0+([0-9])" $fraction "${1}" | int64) -}}
{{- $bytes = add $bytes (div $parts (index (list 1 10 100 1000) (len $fraction))) -}}
{{- end -}}
{{- $bytes -}}
{{- end -}}
{{- end -}}

{{/* A claim of the chart's own. Takes: context, name, claim (accessMode, size, storageClass, annotations). */}}
{{- define "claude-relay.storage.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name | quote }}
  namespace: {{ .context.Release.Namespace | quote }}
  labels:
    {{- include "claude-relay.labels" (dict "context" .context) | nindent 4 }}
  annotations:
    {{- merge (dict "helm.sh/resource-policy" "keep") .claim.annotations | toYaml | nindent 4 }}
spec:
  accessModes:
    - {{ .claim.accessMode }}
  {{- include "claude-relay.storage.class" .claim.storageClass | nindent 2 }}
  resources:
    requests:
      storage: {{ .claim.size | quote }}
{{- end -}}

{{/* `storageClassName`: "-" is the empty class, nothing the cluster's default. Takes the value. */}}
{{- define "claude-relay.storage.class" -}}
{{- if eq . "-" -}}
storageClassName: ""
{{- else if . -}}
storageClassName: {{ . | quote }}
{{- end -}}
{{- end -}}

{{- define "claude-relay.storage.guards" -}}
  {{- $single := include "claude-relay.storage.singleWriter" . -}}
  {{- if and $single (include "claude-relay.scaling.several" .) }}
- several replicas cannot share a claim of this access mode: {{ trim $single | replace "\n" ", " }}: use ReadWriteMany, or one
  replica without autoscaling
  {{- end }}
{{- end -}}
