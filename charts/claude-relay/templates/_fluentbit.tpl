{{/*
Fluent Bit: its configuration is files/fluent-bit/fluent-bit.conf and parsers.conf; what each output plugin knows is in
files/fluent-bit/outputs/. Settings that are credentials go to a Secret, and the configuration reads them from the
environment.
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

{{/* The output's name among files/fluent-bit/outputs/. */}}
{{- define "claude-relay.fluentbit.type" -}}
{{- if eq .Values.storage.logs.mode "forward" -}}
forward
{{- else if eq .Values.storage.logs.fluentbit.output.type "es" -}}
elasticsearch
{{- else -}}
{{- .Values.storage.logs.fluentbit.output.type -}}
{{- end -}}
{{- end -}}

{{/* A key of a plugin as a regular expression: keys are case-insensitive, `*` stands for any ending. */}}
{{- define "claude-relay.fluentbit.keyPattern" -}}
(?i)^({{ join "|" . | replace "." "\\." | replace "*" ".*" }})$
{{- end -}}

{{/* A value of a setting: numbers as digits, booleans as On and Off. */}}
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
The output's settings: JSON with `lines` (key and text of each line of the configuration), `credentials` (environment
variable → value, for the Secret) and `references` (environment variable → key in the user's Secret).
*/}}
{{- define "claude-relay.fluentbit.output" -}}
{{- $name := include "claude-relay.fullname" . -}}
{{- include "claude-relay.once" (dict "helper" "claude-relay.fluentbit.readOutput" "context" . "release" .Release "name" $name) -}}
{{- end -}}

{{- define "claude-relay.fluentbit.readOutput" -}}
{{- $fluentbit := .Values.storage.logs.fluentbit -}}
{{- $common := .Files.Get "files/fluent-bit/outputs/_common.yaml" | fromYaml -}}
{{- $plugin := .Files.Get (printf "files/fluent-bit/outputs/%s.yaml" (include "claude-relay.fluentbit.type" .)) | fromYaml -}}
{{- $secret := include "claude-relay.fluentbit.keyPattern" (concat $common.credentials $plugin.credentials) -}}
{{- $given := dict -}}
{{- range $key := concat (keys $fluentbit.output.config) (keys $fluentbit.output.existingSecretKeys) -}}
{{- $_ := set $given (lower $key) true -}}
{{- end -}}
{{- $lines := list (dict "key" "Name" "text" $plugin.plugin) -}}
{{- /* Fluent Bit tries a chunk twice and drops it, unless told to try as long as there is room on the disk. */ -}}
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

{{/* A Kubernetes quantity in Fluent Bit's units, which are powers of two: 256Mi is 256M. */}}
{{- define "claude-relay.fluentbit.size" -}}
{{- regexReplaceAll "i$" . "" -}}
{{- end -}}

{{/* The application's files that are shipped line by line. */}}
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

{{/* A text of one line in Lua, which does not know the escapes of JSON such as \u003c. */}}
{{- define "claude-relay.fluentbit.luaText" -}}
"{{ . | replace "\\" "\\\\" | replace "\"" "\\\"" }}"
{{- end -}}

{{/* Seconds as Fluent Bit reads them: a point, and the nanoseconds. It takes 0.2 for 2 nanoseconds. */}}
{{- define "claude-relay.fluentbit.refreshInterval" -}}
{{- printf "%.9f" (float64 .Values.storage.logs.fluentbit.refreshIntervalSeconds) -}}
{{- end -}}

{{/* The time zone of the application's log lines as `+0800`. */}}
{{- define "claude-relay.fluentbit.timeOffset" -}}
{{- $hours := int .Values.config.timezoneOffset -}}
{{- printf "%s%02d00" (ternary "-" "+" (lt $hours 0)) (ternary (mul -1 $hours) $hours (lt $hours 0)) -}}
{{- end -}}

{{/* The data of Fluent Bit's ConfigMap. */}}
{{- define "claude-relay.fluentbit.data" -}}
{{- $name := include "claude-relay.fullname" . -}}
{{- include "claude-relay.once" (dict "helper" "claude-relay.fluentbit.files" "context" . "release" .Release "name" $name) -}}
{{- end -}}

{{- define "claude-relay.fluentbit.files" -}}
{{- range $file := list "fluent-bit.conf" "parsers.conf" "records.lua" }}
{{ $file }}: {{ tpl ($.Files.Get (printf "files/fluent-bit/%s" $file)) $ | toJson }}
{{- end }}
{{- end -}}

{{/* The data of the Secret with the output's credentials; empty where there are none. */}}
{{- define "claude-relay.fluentbit.secretData" -}}
{{- $output := include "claude-relay.fluentbit.output" . | fromJson -}}
{{- range $variable := keys $output.credentials | sortAlpha }}
{{ $variable }}: {{ get $output.credentials $variable | b64enc }}
{{- end }}
{{- end -}}

{{/* The sidecar, as a container; the Deployment decides among which containers it stands. */}}
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
  {{- with $fluentbit.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $fluentbit.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "claude-relay.pod.probe" (dict "probe" $fluentbit.livenessProbe "handler" "httpGet: {path: /, port: fluent-bit}") }}
livenessProbe:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "claude-relay.pod.probe" (dict "probe" $fluentbit.readinessProbe "handler" "tcpSocket: {port: fluent-bit}") }}
readinessProbe:
  {{- . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml $fluentbit.resources | nindent 2 }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
volumeMounts:
  {{- include "claude-relay.fluentbit.mounts" . | nindent 2 }}
  {{- with $fluentbit.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The sidecar's mounts that are the chart's own, as a YAML list. */}}
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
- config.timezoneOffset is 0, which the application takes as 8, its default: set another offset. The times that Fluent Bit
  ships are in UTC with any offset
  {{- end }}
  {{- range .Values.extraEnv }}
    {{- if eq .name "TIMEZONE_OFFSET" }}
- extraEnv sets TIMEZONE_OFFSET, which Fluent Bit has to know too: set config.timezoneOffset instead
    {{- end }}
  {{- end }}
  {{- if include "claude-relay.fluentbit.enabled" . -}}
    {{- include "claude-relay.fluentbit.outputGuards" . -}}
    {{- range $path, $port := dict "config.port" .Values.config.port "metrics.exporter.port" .Values.metrics.exporter.port }}
      {{- if eq (int64 $port) 2020 }}
- {{ $path }} is 2020, which Fluent Bit's HTTP server uses: change it
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.fluentbit.outputGuards" -}}
  {{- $output := .Values.storage.logs.fluentbit.output -}}
  {{- $path := "storage.logs.fluentbit.output" -}}
  {{- $type := include "claude-relay.fluentbit.type" . -}}
  {{- $plugin := .Files.Get (printf "files/fluent-bit/outputs/%s.yaml" $type) | fromYaml -}}
  {{- $known := concat (.Files.Get "files/fluent-bit/outputs/_common.yaml" | fromYaml).keys $plugin.keys -}}
  {{- $pattern := include "claude-relay.fluentbit.keyPattern" $known -}}
  {{- if and (eq .Values.storage.logs.mode "forward") (not (has $output.type (list "stdout" "forward"))) }}
- storage.logs.mode is forward and {{ $path }}.type is {{ $output.type }}: use the mode fluentbit for that output
  {{- end }}
  {{- $given := dict }}
  {{- range $key := concat (keys $output.config | sortAlpha) (keys $output.existingSecretKeys | sortAlpha) }}
    {{- if and $output.checkKeys (not (regexMatch $pattern $key)) }}
- {{ $path }}.config.{{ $key }} is not a key of the output {{ $type }}: use one of {{ join " " (sortAlpha $known) }}, or set
  {{ $path }}.checkKeys to false
    {{- end }}
    {{- if hasKey $given (lower $key) }}
- {{ $path }}: {{ $key }} is set twice (keys are case-insensitive, and config and existingSecretKeys share them): remove one
    {{- end }}
    {{- $_ := set $given (lower $key) true }}
  {{- end }}
  {{- if hasKey $given "name" }}
- {{ $path }}.config.Name: the plugin is chosen by {{ $path }}.type: remove it
  {{- end }}
  {{- range $key := $plugin.required }}
    {{- if not (hasKey $given $key) }}
- {{ $path }}.config has no {{ $key }}, which the output {{ $type }} needs: set it
    {{- end }}
  {{- end }}
  {{- if and $output.existingSecretKeys (not $output.existingSecret) }}
- {{ $path }}.existingSecretKeys is set but {{ $path }}.existingSecret is empty: name the Secret
  {{- end }}
{{- end -}}
