{{/*
Images: a digest takes precedence over a tag, and `global.imageRegistry` over the registry of a repository.
*/}}

{{/* The reference of an image. Arguments: context, image, and optionally tag, the default of an empty tag. */}}
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

{{/* The image of the application. The init containers and the test pod use it too. */}}
{{- define "claude-relay.appImage" -}}
{{- include "claude-relay.image" (dict "context" . "image" .Values.image "tag" .Chart.AppVersion) -}}
{{- end -}}

{{/* `imagePullSecrets` of the pod; empty if there are none. In the values an item is a name or an object with the name. */}}
{{- define "claude-relay.pullSecrets" -}}
{{- $secrets := list -}}
{{- range concat .Values.global.imagePullSecrets .Values.imagePullSecrets -}}
{{- $secrets = append $secrets (kindIs "string" . | ternary (dict "name" .) .) -}}
{{- end -}}
{{- $secrets = uniq $secrets -}}
{{- if $secrets -}}
imagePullSecrets:
  {{- toYaml $secrets | nindent 2 }}
{{- end -}}
{{- end -}}
