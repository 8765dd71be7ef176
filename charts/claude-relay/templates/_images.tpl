{{/*
Images: a digest wins over a tag, and `global.imageRegistry` over the registry that a repository starts with.
*/}}

{{/* Takes: context, image, and optionally tag, for an image whose tag is empty. */}}
{{- define "claude-relay.image" -}}
{{- $repository := .image.repository -}}
{{- $registry := .context.Values.global.imageRegistry | trimSuffix "/" -}}
{{- if $registry -}}
{{- $parts := splitList "/" $repository -}}
{{- if and (gt (len $parts) 1) (regexMatch "[.:]|^localhost$" (first $parts)) -}}
{{- $repository = join "/" (rest $parts) -}}
{{- end -}}
{{- $repository = printf "%s/%s" $registry $repository -}}
{{- end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.image.tag | default (get . "tag")) -}}
{{- end -}}
{{- end -}}

{{/* The application's image, which the init container and the test pod use too. */}}
{{- define "claude-relay.appImage" -}}
{{- include "claude-relay.image" (dict "context" . "image" .Values.image "tag" .Chart.AppVersion) -}}
{{- end -}}

{{/* The pod's `imagePullSecrets`, empty where there are none. */}}
{{- define "claude-relay.pullSecrets" -}}
{{- $secrets := concat .Values.global.imagePullSecrets .Values.imagePullSecrets | uniq -}}
{{- if $secrets -}}
imagePullSecrets:
  {{- toYaml $secrets | nindent 2 }}
{{- end -}}
{{- end -}}
