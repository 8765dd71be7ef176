{{/*
Fluent Bit: its configuration is in templates/fluent-bit/. The keys of each output plugin are in files/fluent-bit/outputs/. The
chart writes settings that are credentials to a Secret. The configuration reads them from environment variables.
*/}}

{{- define "claude-relay.fluentbit.enabled" -}}
{{- if and .Values.storage.logs.fluentbit.enabled (has .Values.storage.logs.mode (list "fluentbit" "forward")) -}}true{{- end -}}
{{- end -}}

{{- define "claude-relay.fluentbit.name" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "fluent-bit") -}}
{{- end -}}

{{- define "claude-relay.fluentbit.configName" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "fluent-bit-config") -}}
{{- end -}}

{{/* The name of the output in files/fluent-bit/outputs/. */}}
{{- define "claude-relay.fluentbit.type" -}}
{{- if eq .Values.storage.logs.mode "forward" -}}
forward
{{- else if eq .Values.storage.logs.fluentbit.output.type "es" -}}
elasticsearch
{{- else -}}
{{- .Values.storage.logs.fluentbit.output.type -}}
{{- end -}}
{{- end -}}

{{/* A regular expression for keys of a plugin. Keys are case-insensitive, and `*` matches any text. */}}
{{- define "claude-relay.fluentbit.keyPattern" -}}
(?i)^({{ join "|" . | replace "." "\\." | replace "*" ".*" }})$
{{- end -}}

{{/* The value of a setting: a whole number as an integer, a boolean as On or Off. */}}
{{- define "claude-relay.fluentbit.value" -}}
{{- if kindIs "bool" . -}}
{{- ternary "On" "Off" . -}}
{{- else if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{- int64 . -}}{{- else -}}{{- . -}}{{- end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/*
The settings of the output: JSON with `lines` (key and text of each line of the configuration), `credentials` (environment
variable → value, for the Secret of the chart) and `references` (environment variable → key in the existing Secret).
*/}}
{{- define "claude-relay.fluentbit.output" -}}
{{- $once := dict "helper" "claude-relay.fluentbit.readOutput" "context" . "release" .Release "name" .Template.BasePath -}}
{{- include "claude-relay.once" $once -}}
{{- end -}}

{{- define "claude-relay.fluentbit.readOutput" -}}
{{- $fluentbit := .Values.storage.logs.fluentbit -}}
{{- $plugin := .Files.Get (printf "files/fluent-bit/outputs/%s.json" (include "claude-relay.fluentbit.type" .)) | fromJson -}}
{{- $secret := include "claude-relay.fluentbit.keyPattern" $plugin.credentials -}}
{{- $given := dict -}}
{{- range $key := concat (keys $fluentbit.output.config) (keys $fluentbit.output.existingSecretKeys) -}}
{{- $_ := set $given (lower $key) true -}}
{{- end -}}
{{- $lines := list (dict "key" "Name" "text" $plugin.plugin) -}}
{{- /* By default, Fluent Bit retries a chunk once and then drops it. The chart retries without a limit, within bufferSize. */ -}}
{{- $size := include "claude-relay.fluentbit.size" $fluentbit.bufferSize -}}
{{- $defaults := dict "match" "*" "retry_limit" "no_limits" "storage.total_limit_size" $size -}}
{{- $_ := merge $defaults $plugin.defaults -}}
{{- range $key := keys $defaults | sortAlpha -}}
{{- if not (hasKey $given $key) -}}
{{- $lines = append $lines (dict "key" $key "text" (get $defaults $key)) -}}
{{- end -}}
{{- end -}}
{{- $credentials := dict -}}
{{- range $key := keys $fluentbit.output.config | sortAlpha -}}
{{- $value := get $fluentbit.output.config $key -}}
{{- $values := ternary $value (list $value) (kindIs "slice" $value) -}}
{{- range $index, $one := $values -}}
{{- $text := include "claude-relay.fluentbit.value" $one -}}
{{- if or (regexMatch $secret $key) (regexMatch "(?i)://[^/]*@|[?&][^=]*(key|token|secret|passw|sig|auth)[^=]*=" $text) -}}
{{- $variable := printf "FLB_OUTPUT_%s" (regexReplaceAll "[^A-Z0-9]" (upper $key) "_") -}}
{{- if gt (len $values) 1 -}}
{{- $variable = printf "%s_%d" $variable $index -}}
{{- end -}}
{{- $_ := set $credentials $variable $text -}}
{{- $text = printf "${%s}" $variable -}}
{{- end -}}
{{- $lines = append $lines (dict "key" $key "text" $text) -}}
{{- end -}}
{{- end -}}
{{- $references := dict -}}
{{- range $key := keys $fluentbit.output.existingSecretKeys | sortAlpha -}}
{{- $variable := printf "FLB_OUTPUT_%s" (regexReplaceAll "[^A-Z0-9]" (upper $key) "_") -}}
{{- $_ := set $references $variable (get $fluentbit.output.existingSecretKeys $key) -}}
{{- $lines = append $lines (dict "key" $key "text" (printf "${%s}" $variable)) -}}
{{- end -}}
{{- dict "lines" $lines "credentials" $credentials "references" $references | toJson -}}
{{- end -}}

{{/* Converts a Kubernetes quantity to the units of Fluent Bit, which are powers of two: 256Mi becomes 256M. */}}
{{- define "claude-relay.fluentbit.size" -}}
{{- trimSuffix "i" . -}}
{{- end -}}

{{/* The log files in which each line is a record. */}}
{{- define "claude-relay.fluentbit.paths" -}}
{{- $names := list "claude-relay-[0-9]*" "exceptions*" "rejections*" -}}
{{- if .Values.storage.logs.fluentbit.shipCopies -}}
{{- $names = concat $names (list "claude-relay-error-*" "claude-relay-security-*") -}}
{{- end -}}
{{- $paths := list -}}
{{- range $names -}}
{{- $paths = append $paths (printf "/app/logs/%s.log,/app/logs/%s.log.*" . .) -}}
{{- end -}}
{{- join "," $paths -}}
{{- end -}}

{{/* A string in Lua. Lua does not have the escape sequences of JSON, such as \u003c. */}}
{{- define "claude-relay.fluentbit.luaText" -}}
"{{ . | replace "\\" "\\\\" | replace "\"" "\\\"" }}"
{{- end -}}

{{/* Seconds with nine decimals. Fluent Bit reads the decimals as a number of nanoseconds: 0.2 would be 2 nanoseconds. */}}
{{- define "claude-relay.fluentbit.refreshInterval" -}}
{{- printf "%.9f" (float64 .Values.storage.logs.fluentbit.refreshIntervalSeconds) -}}
{{- end -}}

{{/* The time zone of the log lines, such as `+0800`. */}}
{{- define "claude-relay.fluentbit.timeOffset" -}}
{{- $hours := int .Values.config.timezoneOffset -}}
{{- printf "%s%02d00" (ternary "-" "+" (lt $hours 0)) (ternary (mul -1 $hours) $hours (lt $hours 0)) -}}
{{- end -}}

{{/* The data of the ConfigMap of Fluent Bit. */}}
{{- define "claude-relay.fluentbit.data" -}}
{{- $once := dict "helper" "claude-relay.fluentbit.files" "context" . "release" .Release "name" .Template.BasePath -}}
{{- include "claude-relay.once" $once -}}
{{- end -}}

{{- define "claude-relay.fluentbit.files" -}}
{{- range list "fluent-bit.conf" "parsers.conf" "records.lua" }}
{{ . }}: {{ include (printf "%s/fluent-bit/_%s.tpl" $.Template.BasePath .) $ | toJson }}
{{- end }}
{{- end -}}

{{/* The data of the Secret with the credentials of the output; empty if there are none. */}}
{{- define "claude-relay.fluentbit.secretData" -}}
{{- $output := include "claude-relay.fluentbit.output" . | fromJson -}}
{{- range $variable := keys $output.credentials | sortAlpha }}
{{ $variable }}: {{ get $output.credentials $variable | b64enc }}
{{- end }}
{{- end -}}

{{/* The sidecar container. The Deployment adds it to the containers or to the init containers. */}}
{{- define "claude-relay.fluentbit.container" -}}
{{- $fluentbit := .Values.storage.logs.fluentbit -}}
{{- $output := include "claude-relay.fluentbit.output" . | fromJson -}}
name: fluent-bit
image: {{ include "claude-relay.image" (dict "context" . "image" $fluentbit.image) }}
imagePullPolicy: {{ $fluentbit.image.pullPolicy }}
args:
  - --config=/fluent-bit/etc/claude-relay/fluent-bit.conf
ports:
  - name: fluent-bit
    containerPort: 2020
    protocol: TCP
env:
  - name: POD_NAME
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: POD_NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  - name: NODE_NAME
    valueFrom:
      fieldRef:
        fieldPath: spec.nodeName
  - name: POD_IP
    valueFrom:
      fieldRef:
        fieldPath: status.podIP
  {{- range $variable := keys $output.credentials | sortAlpha }}
  - name: {{ $variable | quote }}
    valueFrom:
      secretKeyRef:
        name: {{ include "claude-relay.fluentbit.name" $ | quote }}
        key: {{ $variable | quote }}
  {{- end }}
  {{- range $variable := keys $output.references | sortAlpha }}
  - name: {{ $variable | quote }}
    valueFrom:
      secretKeyRef:
        name: {{ $fluentbit.output.existingSecret | quote }}
        key: {{ get $output.references $variable | quote }}
  {{- end }}
  {{- with include "claude-relay.evaluated" (dict "context" . "value" $fluentbit.extraEnv) }}
  {{- . | nindent 2 }}
  {{- end }}
{{- with include "claude-relay.evaluated" (dict "context" . "value" $fluentbit.extraEnvFrom) }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "claude-relay.pod.probe" (dict "probe" $fluentbit.livenessProbe "handler" "httpGet: {path: /, port: fluent-bit}") }}
livenessProbe:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "claude-relay.pod.probe" (dict "probe" $fluentbit.readinessProbe "handler" "tcpSocket: {port: fluent-bit}") }}
readinessProbe:
  {{- . | nindent 2 }}
{{- end }}
resources: {{ toJson $fluentbit.resources }}
securityContext: {{ toJson .Values.securityContext }}
volumeMounts:
  {{- include "claude-relay.fluentbit.mounts" . | nindent 2 }}
  {{- with $fluentbit.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The volume mounts of the chart for the sidecar: a YAML list. */}}
{{- define "claude-relay.fluentbit.mounts" -}}
- name: logs
  mountPath: /app/logs
  readOnly: true
- name: fluent-bit-config
  mountPath: /fluent-bit/etc/claude-relay
  readOnly: true
- name: fluent-bit-state
  mountPath: /fluent-bit/state
{{- end -}}

{{- define "claude-relay.fluentbit.guards" -}}
  {{- if not (int64 .Values.config.timezoneOffset) }}
- config.timezoneOffset is 0, but the application uses its default 8 instead of 0: set another offset. Fluent Bit ships all
  times in UTC, with any offset
  {{- end }}
  {{- range .Values.extraEnv }}
    {{- if eq .name "TIMEZONE_OFFSET" }}
- extraEnv sets TIMEZONE_OFFSET, but Fluent Bit needs this offset too: set config.timezoneOffset instead
    {{- end }}
  {{- end }}
  {{- if include "claude-relay.fluentbit.enabled" . -}}
    {{- include "claude-relay.fluentbit.outputGuards" . -}}
    {{- range $path, $port := dict "config.port" .Values.config.port "metrics.exporter.port" .Values.metrics.exporter.port }}
      {{- if eq (int64 $port) 2020 }}
- {{ $path }} is 2020, the port of Fluent Bit's HTTP server: set another port
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.fluentbit.outputGuards" -}}
  {{- $output := .Values.storage.logs.fluentbit.output -}}
  {{- $path := "storage.logs.fluentbit.output" -}}
  {{- $type := include "claude-relay.fluentbit.type" . -}}
  {{- $plugin := .Files.Get (printf "files/fluent-bit/outputs/%s.json" $type) | fromJson -}}
  {{- $pattern := include "claude-relay.fluentbit.keyPattern" $plugin.keys -}}
  {{- if and (eq .Values.storage.logs.mode "forward") (not (has $output.type (list "stdout" "forward"))) }}
- storage.logs.mode is forward but {{ $path }}.type is {{ $output.type }}: set storage.logs.mode to fluentbit for this output
  {{- end }}
  {{- $given := dict }}
  {{- range $key := concat (keys $output.config | sortAlpha) (keys $output.existingSecretKeys | sortAlpha) }}
    {{- if and $output.checkKeys (not (regexMatch $pattern $key)) }}
- {{ $path }}.config.{{ $key }} is not a key of the output {{ $type }}: use one of {{ join " " $plugin.keys }}, or set
  {{ $path }}.checkKeys to false
    {{- end }}
    {{- if hasKey $given (lower $key) }}
- {{ $path }}: {{ $key }} is set twice: remove one of them. Keys are case-insensitive, and a key is in config or in
  existingSecretKeys
    {{- end }}
    {{- $_ := set $given (lower $key) true }}
  {{- end }}
  {{- range $key, $value := $output.config }}
    {{- $about := dict "path" (printf "%s.config.%s" $path $key) "host" (toString $value) "port" (printf "%s.config.Port" $path) }}
    {{- if and (eq (lower $key) "host") (not (contains "${" $about.host)) }}
      {{- include "claude-relay.names.hostGuard" $about }}
    {{- end }}
    {{- $form := get $plugin.values (lower $key) }}
    {{- range $one := ternary $value (list $value) (kindIs "slice" $value) }}
      {{- $text := include "claude-relay.fluentbit.value" $one }}
      {{- if and $form $output.checkKeys (not (contains "${" $text)) }}
        {{- if not (regexMatch (printf "(?i)^(%s)$" (first $form)) $text) }}
- {{ $path }}.config.{{ $key }}: Fluent Bit does not start with {{ quote $text }}: set {{ last $form }}, or set
  {{ $path }}.checkKeys to false
        {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}
  {{- if hasKey $given "name" }}
- {{ $path }}.config.Name is not allowed: remove it, and set the plugin in {{ $path }}.type
  {{- end }}
  {{- range $key := $plugin.required }}
    {{- if not (hasKey $given $key) }}
- {{ $path }}.config has no {{ $key }}, which the output {{ $type }} requires: set it
    {{- end }}
  {{- end }}
  {{- if and $output.existingSecretKeys (not $output.existingSecret) }}
- {{ $path }}.existingSecretKeys is set but {{ $path }}.existingSecret is empty: set it to the name of the Secret
  {{- end }}
{{- end -}}
