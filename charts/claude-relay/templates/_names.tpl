{{/*
Names and labels. The maximum length of a name is 63 characters, the limit for the name of a Service and for a label. A
longer name is truncated before its suffix, which distinguishes the objects. The selector labels of a Deployment are
immutable: they are the name and the instance, as in all earlier versions of the chart. Do not add labels to them.
*/}}

{{- define "claude-relay.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "claude-relay.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimAll "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimAll "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimAll "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of an object with a suffix. Arguments: context, suffix. */}}
{{- define "claude-relay.nameWith" -}}
{{- $room := sub 62 (len .suffix) | int -}}
{{- printf "%s-%s" (include "claude-relay.fullname" .context | trunc $room | trimSuffix "-") .suffix -}}
{{- end -}}

{{- define "claude-relay.selectorLabels" -}}
app.kubernetes.io/name: {{ include "claude-relay.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/*
The metadata of an object beside its name: the namespace, the labels and the annotations. Arguments: those of `claude-relay.labels`
and `claude-relay.annotations`.
*/}}
{{- define "claude-relay.metadata" -}}
namespace: {{ .context.Release.Namespace | quote }}
labels:
  {{- include "claude-relay.labels" . | nindent 2 }}
{{- with include "claude-relay.annotations" . }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Labels of an object. Arguments: context, and optionally component and labels. Labels of the chart take precedence. */}}
{{- define "claude-relay.labels" -}}
{{- if or (get . "component") (get . "labels") -}}
{{- include "claude-relay.names.newLabels" . -}}
{{- else -}}
{{- $name := .context.Template.BasePath -}}
{{- include "claude-relay.once" (dict "helper" "claude-relay.names.newLabels" "context" . "release" .context.Release "name" $name) -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.names.newLabels" -}}
{{- $labels := dict "app.kubernetes.io/name" (include "claude-relay.name" .context) "app.kubernetes.io/instance" .context.Release.Name -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .context.Release.Service -}}
{{- $chart := printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" -}}
{{- $_ := set $labels "helm.sh/chart" ($chart | trunc 63 | trimSuffix "-") -}}
{{- $_ := set $labels "app.kubernetes.io/version" (.context.Chart.AppVersion | replace "+" "_" | trunc 63) -}}
{{- with get . "component" -}}
{{- $_ := set $labels "app.kubernetes.io/component" . -}}
{{- end -}}
{{- include "claude-relay.names.labelsYaml" (list $labels (get . "labels") .context.Values.commonLabels) -}}
{{- end -}}

{{/* Labels as YAML. Argument: a list of maps, first that of the chart. Each takes precedence over the next one. */}}
{{- define "claude-relay.names.labelsYaml" -}}
{{- $users := dict -}}
{{- range rest . -}}
{{- if . -}}{{- $users = merge $users . -}}{{- end -}}
{{- end -}}
{{- $lines := list -}}
{{- range $key, $text := first . -}}
{{- $lines = append $lines (printf "%s: %q" $key $text) -}}
{{- if $users -}}{{- $_ := unset $users $key -}}{{- end -}}
{{- end -}}
{{- if $users -}}{{- $lines = append $lines (toYaml $users) -}}{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}

{{/* Labels of the pods. They do not contain the version, because a new version of the chart must not restart the pods. */}}
{{- define "claude-relay.podLabels" -}}
{{- $labels := dict "app.kubernetes.io/name" (include "claude-relay.name" .) "app.kubernetes.io/instance" .Release.Name -}}
{{- include "claude-relay.names.labelsYaml" (list $labels .Values.podLabels .Values.commonLabels) -}}
{{- end -}}

{{- define "claude-relay.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "claude-relay.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/*
Labels that select the pod of a test or a Job. They are not those of the application: no Service selects the pod.
Arguments: context and component.
*/}}
{{- define "claude-relay.helperSelectorLabels" -}}
{{- $name := printf "%s-%s" (include "claude-relay.name" .context | trunc (int (sub 62 (len .component)))) .component -}}
app.kubernetes.io/name: {{ $name | quote }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
{{- end -}}

{{/* Labels of the pod of a test or a Job. Arguments: context, component, and optionally labels. */}}
{{- define "claude-relay.helperLabels" -}}
{{- $labels := include "claude-relay.helperSelectorLabels" . | fromYaml -}}
{{- $_ := merge $labels (dict "app.kubernetes.io/managed-by" .context.Release.Service "app.kubernetes.io/component" .component) -}}
{{- include "claude-relay.names.labelsYaml" (list $labels (get . "labels") .context.Values.commonLabels) -}}
{{- end -}}

{{/*
A release can contain several instances of the chart, under aliases. They must not create the same objects or select the
same pods. Each instance stores its names in .Release, where the next instance compares them with its own.
*/}}
{{- define "claude-relay.names.instanceGuards" -}}
  {{- $path := .Template.BasePath -}}
  {{- $taken := get .Release "_claudeRelayNames" | default dict -}}
  {{- $names := dict (printf "Deployment/%s" (include "claude-relay.fullname" .)) "fullnameOverride" -}}
  {{- $_ := set $names (printf "pods with the label app.kubernetes.io/name=%s" (include "claude-relay.name" .)) "nameOverride" -}}
  {{- if .Values.redis.enabled -}}
    {{- $redis := include "claude-relay.redis.fullname" (dict "values" .Values.redis "release" .Release) -}}
    {{- $_ := set $names (printf "StatefulSet/%s" $redis) "redis.fullnameOverride" -}}
  {{- end -}}
  {{- range $name, $value := $names }}
    {{- $other := get $taken $name }}
    {{- if and $other (ne $other $path) }}
- two instances of the chart in this release have the same {{ $name }},
  {{ trimSuffix "/templates" $other }} and {{ trimSuffix "/templates" $path }}: set another {{ $value }} for one of them
    {{- end }}
    {{- $_ := set $taken $name $path }}
  {{- end }}
  {{- $_ := set .Release "_claudeRelayNames" $taken }}
{{- end -}}

{{- define "claude-relay.names.guards" -}}
  {{- include "claude-relay.names.instanceGuards" . -}}
  {{- $version := include "claude-relay.kubeVersion" . -}}
  {{- $names := dict "fullnameOverride" (include "claude-relay.fullname" .) -}}
  {{- if .Values.redis.enabled -}}
    {{- $redis := dict "values" .Values.redis "release" .Release -}}
    {{- $_ := set $names "redis.fullnameOverride" (include "claude-relay.redis.fullname" $redis) -}}
  {{- end -}}
  {{- range $path, $name := $names }}
    {{- if contains "." $name }}
- the name {{ $name }} contains a dot, which is invalid for a Service: set {{ $path }}, or choose a release name without dots
    {{- end }}
    {{- if and (regexMatch "^[0-9]" $name) (semverCompare "<1.36-0" $version) }}
- the name {{ $name }} starts with a digit, which is invalid for a Service before Kubernetes 1.36, and the version is
  {{ $version }}: set {{ $path }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/* What is wrong with a host name or address, such as a port in it; empty if nothing is. Arguments: path, host, port (its value). */}}
{{- define "claude-relay.names.hostGuard" -}}
  {{- $fault := "" -}}
  {{- if contains "/" .host -}}
    {{- $fault = "contains a scheme or a path" -}}
  {{- else if regexMatch "[\\[\\]]" .host -}}
    {{- $fault = "contains brackets" -}}
  {{- else if regexMatch "^[^:]*:[^:]*$" .host -}}
    {{- $fault = "contains a port" -}}
  {{- else if regexMatch "[^A-Za-z0-9_.:-]" .host -}}
    {{- $fault = "contains a character that is invalid in a host name" -}}
  {{- end -}}
  {{- if $fault }}
- {{ .path }} ({{ .host }}) {{ $fault }}: set it to a host name or an IP address only, and the port in {{ .port }}
  {{- end }}
{{- end -}}
