{{/*
Claims: which ones the pods mount, and whether two pods can share them. The chart's own claims outlive the release.
*/}}

{{- define "claude-relay.storage.logsClaim" -}}
{{- if eq .Values.storage.logs.mode "pvc" -}}
{{- default (include "claude-relay.nameWith" (dict "context" . "suffix" "logs")) .Values.storage.logs.persistence.existingClaim -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.storage.dataClaim" -}}
{{- if eq .Values.storage.data.type "pvc" -}}
{{- default (include "claude-relay.nameWith" (dict "context" . "suffix" "data")) .Values.storage.data.persistence.existingClaim -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.storage.externalDataClaim" -}}
{{- if .Values.storage.data.external.enabled -}}
{{- default (include "claude-relay.nameWith" (dict "context" . "suffix" "external-data")) .Values.storage.data.external.existingClaim -}}
{{- end -}}
{{- end -}}

{{/* The PVCs that the pods mount: JSON with the values path of each, its name, and its values. */}}
{{- define "claude-relay.storage.claims" -}}
  {{- $storage := .Values.storage -}}
  {{- $claims := dict -}}
  {{- with include "claude-relay.storage.dataClaim" . -}}
    {{- $_ := set $claims "storage.data.persistence" (dict "name" . "values" $storage.data.persistence) -}}
  {{- end -}}
  {{- with include "claude-relay.storage.externalDataClaim" . -}}
    {{- $_ := set $claims "storage.data.external" (dict "name" . "values" $storage.data.external) -}}
  {{- end -}}
  {{- with include "claude-relay.storage.logsClaim" . -}}
    {{- $_ := set $claims "storage.logs.persistence" (dict "name" . "values" $storage.logs.persistence) -}}
  {{- end -}}
  {{- toJson $claims -}}
{{- end -}}

{{/* The values paths of mounted PVCs that only one node or pod may mount, one a line; empty where there is none. */}}
{{- define "claude-relay.storage.singleWriter" -}}
  {{- range $path, $claim := include "claude-relay.storage.claims" . | fromJson }}
    {{- if ne $claim.values.accessMode "ReadWriteMany" }}
{{ $path }}.accessMode={{ $claim.values.accessMode }}
    {{- end }}
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

{{/* Annotations of an object that outlives the release, for Helm and for Argo CD. Takes the user's annotations. */}}
{{- define "claude-relay.storage.keepAnnotations" -}}
  {{- $keep := dict "helm.sh/resource-policy" "keep" -}}
  {{- merge $keep . (dict "argocd.argoproj.io/sync-options" "Prune=false,Delete=false") | toYaml -}}
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
    {{- include "claude-relay.storage.keepAnnotations" .claim.annotations | nindent 4 }}
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
  {{- range $path, $claim := include "claude-relay.storage.claims" . | fromJson }}
    {{- if not $claim.values.existingClaim }}
      {{- with include "claude-relay.storage.changes" (dict "claim" $claim "path" $path "namespace" $.Release.Namespace) }}
- PersistentVolumeClaim/{{ $claim.name }} cannot be changed in this way ({{ trim . | replace "\n" ", " }}): set the earlier
  values, or name another PVC in {{ $path }}.existingClaim
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
What the values would change of a PVC in the cluster that Kubernetes refuses to change, one a line: another class or access
mode, a smaller size. Takes: claim, path (of the values), namespace.
*/}}
{{- define "claude-relay.storage.changes" -}}
  {{- $values := .claim.values -}}
  {{- $live := get (lookup "v1" "PersistentVolumeClaim" .namespace .claim.name) "spec" -}}
  {{- if $live -}}
    {{- $class := ternary "" $values.storageClass (eq $values.storageClass "-") -}}
    {{- if and $values.storageClass (ne $class (toString (get $live "storageClassName"))) }}
{{ .path }}.storageClass was {{ get $live "storageClassName" | toString | quote }}
    {{- end }}
    {{- if ne (join "," $live.accessModes) $values.accessMode }}
{{ .path }}.accessMode was {{ join "," $live.accessModes }}
    {{- end }}
    {{- $size := get (get (get $live "resources" | default dict) "requests" | default dict) "storage" | toString }}
    {{- $before := include "claude-relay.storage.bytes" $size }}
    {{- $after := include "claude-relay.storage.bytes" $values.size }}
    {{- if and $before $after (lt (int64 $after) (int64 $before)) }}
{{ .path }}.size was {{ $size }}
    {{- end }}
  {{- end -}}
{{- end -}}
