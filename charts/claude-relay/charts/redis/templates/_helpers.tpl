{{/*
Common parts of the objects of Redis. The helpers for names, the password and images are in the parent chart (_redis.tpl,
_secrets.tpl and _images.tpl), because the application uses them too.
*/}}

{{/* The metadata of an object beside its name. Arguments: those of `claude-relay.annotations`. */}}
{{- define "claude-relay.redis.metadata" -}}
namespace: {{ .context.Release.Namespace | quote }}
labels:
  {{- include "claude-relay.redis.objectLabels" .context | nindent 2 }}
{{- with include "claude-relay.annotations" . }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "claude-relay.redis.objectLabels" -}}
{{- $once := dict "helper" "claude-relay.redis.newObjectLabels" "context" . "release" .Release "name" .Template.BasePath -}}
{{- include "claude-relay.once" $once -}}
{{- end -}}

{{- define "claude-relay.redis.newObjectLabels" -}}
{{- $labels := dict "app.kubernetes.io/name" (include "claude-relay.redis.name" (dict "values" .Values)) -}}
{{- $_ := set $labels "app.kubernetes.io/instance" .Release.Name -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_") -}}
{{- $_ := set $labels "app.kubernetes.io/version" .Chart.AppVersion -}}
{{- include "claude-relay.names.labelsYaml" (list $labels .Values.commonLabels) -}}
{{- end -}}

{{- define "claude-relay.redis.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "claude-relay.redis.fullname" (dict "values" .Values "release" .Release)) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* `maxmemory` in bytes; empty if neither the values nor the container have a limit. */}}
{{- define "claude-relay.redis.maxMemory" -}}
  {{- if eq .Values.maxMemory "auto" -}}
    {{- with include "claude-relay.redis.memoryLimit" .Values -}}
      {{- div (mul (int64 .) 6) 10 -}}
    {{- end -}}
  {{- else if ne .Values.maxMemory "0" -}}
    {{- include "claude-relay.storage.bytes" .Values.maxMemory -}}
  {{- end -}}
{{- end -}}

{{/* The data of the ConfigMap. */}}
{{- define "claude-relay.redis.configData" -}}
{{- $once := dict "helper" "claude-relay.redis.newConfigData" "context" . "release" .Release "name" .Template.BasePath -}}
{{- include "claude-relay.once" $once -}}
{{- end -}}

{{- define "claude-relay.redis.newConfigData" -}}
redis.conf: {{ include (printf "%s/_redis.conf.tpl" .Template.BasePath) . | toJson }}
start.sh: {{ .Files.Get "files/start.sh" | toJson }}
{{- end -}}
