{{/*
Parts of the pod.
*/}}

{{/*
A probe: `custom` of the values, or the handler of the chart with the timing of the values. Empty if the probe is
disabled. Arguments: probe (values), handler (YAML).
*/}}
{{- define "claude-relay.pod.probe" -}}
{{- if and .probe.enabled .probe.custom -}}
{{- toYaml .probe.custom -}}
{{- else if .probe.enabled -}}
{{- .handler }}
initialDelaySeconds: {{ int64 .probe.initialDelaySeconds }}
periodSeconds: {{ int64 .probe.periodSeconds }}
timeoutSeconds: {{ int64 .probe.timeoutSeconds }}
failureThreshold: {{ int64 .probe.failureThreshold }}
successThreshold: {{ int64 .probe.successThreshold }}
{{- end -}}
{{- end -}}

{{/* Name resolution of a pod: the settings of the values that are not the default of Kubernetes. */}}
{{- define "claude-relay.pod.network" -}}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if not .Values.enableServiceLinks }}
enableServiceLinks: false
{{- end }}
{{- end -}}

{{/* `lifecycle` of the application's container: that of the values, and a pause before SIGTERM where they have no `preStop`. */}}
{{- define "claude-relay.pod.lifecycle" -}}
{{- $lifecycle := .Values.lifecycle -}}
{{- if and (int64 .Values.preStopSleepSeconds) (not (hasKey $lifecycle "preStop")) -}}
{{- $sleep := list "sleep" (int64 .Values.preStopSleepSeconds | toString) -}}
{{- $lifecycle = merge (dict "preStop" (dict "exec" (dict "command" $sleep))) $lifecycle -}}
{{- end -}}
{{- if $lifecycle -}}
{{- toJson $lifecycle -}}
{{- end -}}
{{- end -}}

{{/* "true" if the sidecar is a native sidecar (Kubernetes 1.29 and later), which stops after the application. */}}
{{- define "claude-relay.pod.nativeSidecars" -}}
{{- if semverCompare ">=1.29-0" (include "claude-relay.kubeVersion" .) -}}true{{- end -}}
{{- end -}}

{{/* Topology spread constraints. A constraint without a labelSelector gets the selector of the application. */}}
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

{{/* Checksums of the ConfigMaps and Secrets that the pods read. The pods are replaced if one of them changes. */}}
{{- define "claude-relay.pod.annotations" -}}
{{- $annotations := dict -}}
{{- $_ := set $annotations "checksum/config" (include "claude-relay.config.data" . | sha256sum) -}}
{{- $_ := set $annotations "checksum/scripts" (include "claude-relay.scripts.data" . | sha256sum) -}}
{{- $_ := set $annotations "checksum/secret" (include "claude-relay.secrets.checksum" .) -}}
{{- if include "claude-relay.fluentbit.enabled" . -}}
{{- $outside := dict "name" .Values.storage.logs.fluentbit.output.existingSecret "namespace" .Release.Namespace -}}
{{- $seen := list (include "claude-relay.fluentbit.data" .) (include "claude-relay.fluentbit.secretData" .) -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" $outside) -}}
{{- $_ := set $annotations "checksum/fluent-bit" (join "" $seen | sha256sum) -}}
{{- end -}}
{{- if include "claude-relay.metrics.enabled" . -}}
{{- $_ := set $annotations "checksum/exporter" (include "claude-relay.metrics.data" . | sha256sum) -}}
{{- end -}}
{{- merge $annotations (include "claude-relay.evaluate" (dict "context" . "value" .Values.podAnnotations) | fromJson).value | toYaml -}}
{{- end -}}

{{/* The data of the ConfigMap with the scripts. `dotenv` is an empty /app/.env. Without it, the application creates one. */}}
{{- define "claude-relay.scripts.data" -}}
{{- $once := dict "helper" "claude-relay.scripts.newData" "context" . "release" .Release "name" .Template.BasePath -}}
{{- include "claude-relay.once" $once -}}
{{- end -}}

{{- define "claude-relay.scripts.newData" -}}
{{- range $path, $content := .Files.Glob "files/scripts/*" }}
{{ base $path }}: {{ toString $content | toJson }}
{{- end }}
dotenv: ""
{{- end -}}

{{/* A number or a percentage: a number as an integer, a percentage as a string. */}}
{{- define "claude-relay.pod.intOrPercent" -}}
{{- if kindIs "string" . -}}{{ quote . }}{{- else -}}{{ int64 . }}{{- end -}}
{{- end -}}

{{/* The volumes of the chart: a YAML list. */}}
{{- define "claude-relay.pod.volumes" -}}
{{- $logs := .Values.storage.logs -}}
- name: data
  {{- with include "claude-relay.storage.dataClaim" . }}
  persistentVolumeClaim:
    claimName: {{ . | quote }}
  {{- else }}
  emptyDir: {{ include "claude-relay.pod.emptyDir" .Values.storage.data.sizeLimit }}
  {{- end }}
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
{{- include "claude-relay.authorities.volumes" . }}
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

{{/* The volume mounts of the chart for the application: a YAML list. */}}
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
{{- include "claude-relay.authorities.mount" . }}
{{- end -}}

{{- define "claude-relay.pod.emptyDir" -}}
{{- if . -}}
{sizeLimit: {{ . | quote }}}
{{- else -}}
{}
{{- end -}}
{{- end -}}

{{- define "claude-relay.pod.guards" -}}
  {{- $grace := int64 .Values.terminationGracePeriodSeconds -}}
  {{- $fluentbit := include "claude-relay.fluentbit.enabled" . -}}
  {{- $needed := add (int64 .Values.preStopSleepSeconds) 10 (ternary 5 0 (not (empty $fluentbit))) -}}
  {{- if lt $grace $needed }}
- terminationGracePeriodSeconds ({{ $grace }}) is too short: it must be at least {{ $needed }}, the sum of
  preStopSleepSeconds, 10 for the application, and 5 for Fluent Bit if it is enabled
  {{- end }}
  {{- include "claude-relay.names.hostGuard" (dict "path" "config.host" "host" .Values.config.host "port" "config.port") }}
  {{- if has .Values.config.host (list "127.0.0.1" "localhost" "::1") }}
- config.host is {{ .Values.config.host }}, which Services and probes cannot reach: set it to 0.0.0.0
  {{- end }}
  {{- if and (eq .Values.dnsPolicy "None") (not (get .Values.dnsConfig "nameservers")) }}
- dnsPolicy is None but dnsConfig.nameservers is empty: set at least one name server
  {{- end }}
  {{- include "claude-relay.pod.tolerationGuards" (dict "path" "tolerations" "tolerations" .Values.tolerations) }}
  {{- include "claude-relay.pod.tolerationGuards" (dict "path" "helmTest.tolerations" "tolerations" .Values.helmTest.tolerations) }}
  {{- include "claude-relay.pod.additionGuards" . }}
{{- end -}}

{{/* What an API server refuses in tolerations (kubernetes/kubernetes, ValidateTolerations). Arguments: path, tolerations. */}}
{{- define "claude-relay.pod.tolerationGuards" -}}
  {{- range $index, $one := .tolerations }}
    {{- $where := printf "%s[%d]" $.path $index }}
    {{- $operator := get $one "operator" | default "Equal" }}
    {{- if and (not (get $one "key")) (ne $operator "Exists") }}
- {{ $where }} has no key: add the key, or set the operator to Exists, which tolerates every taint
    {{- end }}
    {{- if and (get $one "value") (eq $operator "Exists") }}
- {{ $where }} has the operator Exists and a value: remove the value, or set the operator to Equal
    {{- end }}
    {{- $limited := and (hasKey $one "tolerationSeconds") (not (kindIs "invalid" (get $one "tolerationSeconds"))) }}
    {{- if and $limited (ne (toString (get $one "effect")) "NoExecute") }}
- {{ $where }} has tolerationSeconds but not the effect NoExecute: set the effect to NoExecute, or remove tolerationSeconds
    {{- end }}
  {{- end }}
{{- end -}}

{{/* Additions in the values must not have a name or a path that is already in use. */}}
{{- define "claude-relay.pod.additionGuards" -}}
  {{- $sidecar := .Values.storage.logs.fluentbit -}}
  {{- range $path, $env := dict "extraEnv" .Values.extraEnv "storage.logs.fluentbit.extraEnv" $sidecar.extraEnv -}}
    {{- $taken := list }}
    {{- range $env }}
      {{- if has .name $taken }}
- {{ $path }}: the name {{ .name }} appears twice: remove one entry
      {{- end }}
      {{- $taken = append $taken .name }}
    {{- end }}
  {{- end }}
  {{- $volumes := dict "path" "extraVolumes" "users" .Values.extraVolumes "key" "name" "own" "claude-relay.pod.volumes" }}
  {{- $mounts := dict "path" "extraVolumeMounts" "users" .Values.extraVolumeMounts "key" "mountPath" "own" "claude-relay.pod.mounts" }}
  {{- $sidecarMounts := dict "path" "storage.logs.fluentbit.extraVolumeMounts" "users" $sidecar.extraVolumeMounts "key" "mountPath" }}
  {{- $_ := set $sidecarMounts "own" "claude-relay.fluentbit.mounts" }}
  {{- range $part := list $volumes $mounts $sidecarMounts }}
    {{- if $part.users }}
      {{- $taken := list }}
      {{- range (printf "own:\n%s" (include $part.own $ | indent 2) | fromYaml).own }}
        {{- $taken = append $taken (get . $part.key) }}
      {{- end }}
      {{- range $part.users }}
        {{- $one := get . $part.key }}
        {{- if has $one $taken }}
- {{ $part.path }}: the {{ $part.key }} {{ $one }} is already in use: choose another one
        {{- end }}
        {{- $taken = append $taken $one }}
      {{- end }}
    {{- end }}
  {{- end }}
  {{- $containers := list "http" "authorities" "wait-for-redis" "admin-setup" "fluent-bit" "metrics" }}
  {{- range concat .Values.initContainers .Values.extraContainers }}
    {{- if has .name $containers }}
- initContainers and extraContainers: the name {{ .name }} is already in use: choose another one
    {{- end }}
    {{- $containers = append $containers .name }}
  {{- end }}
{{- end -}}
