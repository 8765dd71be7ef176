{{/*
PVCs: which PVCs the pods mount, and whether several pods can share them. `helm uninstall` does not delete the PVCs.
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

{{/* The PVCs that the pods mount: JSON, by values path, with the name of the PVC and its values. */}}
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

{{/* The values paths of the PVCs that only one node or pod can mount, one path per line; empty if there is none. */}}
{{- define "claude-relay.storage.singleWriter" -}}
  {{- range $path, $claim := include "claude-relay.storage.claims" . | fromJson }}
    {{- if ne $claim.values.accessMode "ReadWriteMany" }}
{{ $path }}.accessMode={{ $claim.values.accessMode }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
Converts a Kubernetes quantity to bytes: 1Gi and 1024Mi are equal. Empty if it is not a quantity of whole bytes.
*/}}
{{- define "claude-relay.storage.bytes" -}}
{{- if regexMatch "^[0-9]{1,15}(\\.[0-9]{1,3})?([kMGTPE]|[KMGTPE]i)?$" . -}}
{{- $unit := 1 -}}
{{- range until (index (dict "" 0 "K" 1 "M" 2 "G" 3 "T" 4 "P" 5 "E" 6) (regexFind "[A-Za-z]?" (regexFind "[A-Za-z]*$" .) | upper)) -}}
{{- $unit = mul $unit (ternary 1024 1000 (hasSuffix "i" $)) -}}
{{- end -}}
{{- $whole := regexFind "^[0-9]+" . -}}
{{- $fraction := regexFind "\\.[0-9]+" . | trimPrefix "." -}}
{{- /* With a leading zero, int64 would read an octal number. */ -}}
{{- $bytes := mul $unit (regexReplaceAll "^0+([0-9])" $whole "${1}" | int64) -}}
{{- if $fraction -}}
{{- $parts := mul $unit (regexReplaceAll "^0+([0-9])" $fraction "${1}" | int64) -}}
{{- $bytes = add $bytes (div $parts (index (list 1 10 100 1000) (len $fraction))) -}}
{{- end -}}
{{- $bytes -}}
{{- end -}}
{{- end -}}

{{/* Annotations of an object that keep it when Helm or Argo CD would delete it. Arguments: context, own (of the values). */}}
{{- define "claude-relay.storage.keepAnnotations" -}}
  {{- $keep := dict "context" .context "own" .own "fixed" (dict "helm.sh/resource-policy" "keep") -}}
  {{- $_ := set $keep "default" (dict "argocd.argoproj.io/sync-options" "Prune=false,Delete=false") -}}
  {{- include "claude-relay.annotations" $keep -}}
{{- end -}}

{{/* A PVC of the chart. Arguments: context, name, claim (accessMode, size, storageClass, annotations). */}}
{{- define "claude-relay.storage.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name | quote }}
  namespace: {{ .context.Release.Namespace | quote }}
  labels:
    {{- include "claude-relay.labels" (dict "context" .context) | nindent 4 }}
  annotations:
    {{- include "claude-relay.storage.keepAnnotations" (dict "context" .context "own" .claim.annotations) | nindent 4 }}
spec:
  accessModes:
    - {{ .claim.accessMode }}
  {{- include "claude-relay.storage.class" .claim.storageClass | nindent 2 }}
  resources:
    requests:
      storage: {{ .claim.size | quote }}
{{- end -}}

{{/* `storageClassName`: "-" is the empty class, "" is the default class of the cluster. Argument: the value. */}}
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
- several replicas cannot share a PVC with this access mode: {{ trim $single | replace "\n" ", " }}: set the access mode to
  ReadWriteMany, or set replicaCount to 1, autoscaling.enabled to false and externalScaling to false
  {{- end }}
  {{- range $path, $claim := include "claude-relay.storage.claims" . | fromJson }}
    {{- if not $claim.values.existingClaim }}
      {{- with include "claude-relay.storage.changes" (dict "claim" $claim "path" $path "namespace" $.Release.Namespace) }}
- PersistentVolumeClaim/{{ $claim.name }} cannot be changed in this way ({{ trim . | replace "\n" ", " }}): set the earlier
  values, or set {{ $path }}.existingClaim to another PVC
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
The changes of a PVC in the cluster that Kubernetes would reject, one per line: another class or access mode, or a smaller
size. Arguments: claim, path (of the values), namespace.
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
