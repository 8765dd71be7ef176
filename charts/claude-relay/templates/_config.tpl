{{/*
The settings of the application as environment variables. Settings that are not secret are in a ConfigMap, so that a
variable of `extraEnv` takes precedence. Secrets are references to keys of Secrets.
*/}}

{{/* The data of the ConfigMap: all values are strings. Numbers are decimal integers, whether Helm reads them as int or as float. */}}
{{- define "claude-relay.config.data" -}}
{{- $once := dict "helper" "claude-relay.config.newData" "context" . "release" .Release "name" .Template.BasePath -}}
{{- include "claude-relay.once" $once -}}
{{- end -}}

{{- define "claude-relay.config.newData" -}}
{{- $config := .Values.config -}}
{{- $redis := include "claude-relay.redis.connection" . | fromJson -}}
NODE_ENV: {{ $config.nodeEnv | quote }}
PORT: {{ int64 $config.port | quote }}
HOST: {{ $config.host | quote }}
ADMIN_SESSION_TIMEOUT: {{ int64 $config.adminSessionTimeout | quote }}
API_KEY_PREFIX: {{ $config.apiKeyPrefix | toJson }}
LOG_LEVEL: {{ $config.logLevel | quote }}
LOG_MAX_SIZE: {{ $config.logMaxSize | quote }}
LOG_MAX_FILES: {{ int64 $config.logMaxFiles | quote }}
CLEANUP_INTERVAL: {{ int64 $config.cleanupInterval | quote }}
RATE_LIMIT_CLEANUP_INTERVAL: {{ int64 $config.rateLimitCleanupInterval | quote }}
TOKEN_USAGE_RETENTION: {{ int64 $config.tokenUsageRetention | quote }}
HEALTH_CHECK_INTERVAL: {{ int64 $config.healthCheckInterval | quote }}
TIMEZONE_OFFSET: {{ int64 $config.timezoneOffset | quote }}
DEFAULT_TOKEN_LIMIT: {{ int64 $config.defaultTokenLimit | quote }}
REQUEST_TIMEOUT: {{ int64 $config.requestTimeout | quote }}
TRUST_PROXY: {{ include "claude-relay.config.trustProxy" . | quote }}
# A pod that starts must not clear the counters of the other pods.
CLEAR_CONCURRENCY_QUEUES_ON_STARTUP: {{ ternary "false" "true" (not (empty (include "claude-relay.scaling.several" .))) | quote }}
REDIS_HOST: {{ $redis.host | quote }}
REDIS_PORT: {{ int64 $redis.port | quote }}
REDIS_DB: {{ int64 $redis.database | quote }}
REDIS_ENABLE_TLS: {{ $redis.tls | quote }}
{{- if include "claude-relay.authorities.list" . | fromJsonArray }}
NODE_EXTRA_CA_CERTS: /etc/claude-relay/bundle/ca.crt
{{- end }}
{{- range $name, $text := include "claude-relay.config.texts" (dict "context" . "values" $config.env) | fromJson }}
{{ $name }}: {{ toJson $text }}
{{- end }}
{{- end -}}

{{/* Values of any type as texts, with the templates in them evaluated: a JSON object. Arguments: context, values. */}}
{{- define "claude-relay.config.texts" -}}
  {{- $texts := dict -}}
  {{- range $name, $value := .values -}}
    {{- /* Helm reads a number in a file as a float, whose text can have an exponent. */ -}}
    {{- if kindIs "float64" $value -}}
      {{- $value = eq (floor $value) $value | ternary (int64 $value) $value -}}
    {{- end -}}
    {{- $_ := set $texts $name (toString $value) -}}
  {{- end -}}
  {{- (include "claude-relay.evaluate" (dict "context" .context "value" $texts) | fromJson).value | toJson -}}
{{- end -}}

{{/* The name of the Secret of `config.secretEnv`. It is not the Secret with the keys, which Helm may not have rendered. */}}
{{- define "claude-relay.config.secretName" -}}
  {{- include "claude-relay.nameWith" (dict "context" . "suffix" "env") -}}
{{- end -}}

{{/* The data of the Secret of `config.secretEnv`: YAML; empty if there is none. */}}
{{- define "claude-relay.config.secretData" -}}
{{- range $name, $text := include "claude-relay.config.texts" (dict "context" . "values" .Values.config.secretEnv) | fromJson }}
{{ $name }}: {{ b64enc $text | quote }}
{{- end }}
{{- end -}}

{{/* Rejects variables that the application does not read, that the chart sets, and secrets in the ConfigMap. */}}
{{- define "claude-relay.config.guards" -}}
  {{- $config := .Values.config -}}
  {{- if or $config.env $config.secretEnv -}}
    {{- $known := .Files.Get "files/environment.json" | fromJson -}}
    {{- $extra := list -}}
    {{- range .Values.extraEnv -}}
      {{- $extra = append $extra .name -}}
    {{- end -}}
    {{- range $path, $variables := dict "config.env" $config.env "config.secretEnv" $config.secretEnv -}}
      {{- range $name, $value := $variables }}
        {{- if hasKey $known.setBy $name }}
- {{ $path }}.{{ $name }}: the chart sets this variable: set {{ get $known.setBy $name }} instead
        {{- else if and $config.checkEnvNames (not (has $name $known.names)) }}
- {{ $path }}.{{ $name }}: the application does not read this variable: correct its name, or set config.checkEnvNames to false
        {{- end }}
        {{- if has $name $extra }}
- {{ $path }} and extraEnv both set {{ $name }}: remove one of them
        {{- end }}
        {{- if eq $path "config.env" }}
          {{- if hasKey $config.secretEnv $name }}
- config.env and config.secretEnv both set {{ $name }}: remove one of them
          {{- else if or (has $name $known.secret) (regexMatch "://[^/@\\s]*:[^/@\\s]+@" (toString $value)) }}
- config.env.{{ $name }} contains a password, and ConfigMaps are not secret: move it to config.secretEnv
          {{- end }}
        {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.config.trustProxy" -}}
{{- if eq (toString .Values.config.trustProxy) "auto" -}}
{{- or .Values.ingress.enabled .Values.httpRoute.enabled -}}
{{- else -}}
{{- .Values.config.trustProxy -}}
{{- end -}}
{{- end -}}

{{/* The environment variable with the password of Redis: a JSON list, empty if there is no password. */}}
{{- define "claude-relay.config.redisEnv" -}}
{{- $redis := include "claude-relay.redis.connection" . | fromJson -}}
{{- $env := list -}}
{{- if $redis.secret -}}
{{- $env = list (dict "name" "REDIS_PASSWORD" "valueFrom" (dict "secretKeyRef" $redis.secret)) -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}

{{/* Environment variables from the Secret of the application: a JSON list. Arguments: context, keys (of config). */}}
{{- define "claude-relay.config.secretEnv" -}}
  {{- $source := include "claude-relay.secrets.source" .context | fromJson -}}
  {{- $env := list -}}
  {{- range $key := .keys -}}
    {{- $reference := dict "name" $source.name "key" (get $source.keys $key) -}}
    {{- $env = append $env (dict "name" (snakecase $key | upper) "valueFrom" (dict "secretKeyRef" $reference)) -}}
  {{- end -}}
  {{- toJson $env -}}
{{- end -}}

{{/* The environment variables that are not in the ConfigMap: a YAML list of the secrets, then `extraEnv`. */}}
{{- define "claude-relay.config.env" -}}
  {{- $keys := list "jwtSecret" "encryptionKey" -}}
  {{- if not .Values.adminSetup.enabled -}}
    {{- $keys = concat $keys (list "adminUsername" "adminPassword") -}}
  {{- end -}}
  {{- /* Set here too, because `extraEnvFrom` would replace that of the ConfigMap. Fluent Bit uses the same offset. */ -}}
  {{- $own := list (dict "name" "TIMEZONE_OFFSET" "value" (int64 .Values.config.timezoneOffset | toString)) -}}
  {{- $own = concat $own (include "claude-relay.config.secretEnv" (dict "context" . "keys" $keys) | fromJsonArray) -}}
  {{- $own = concat $own (include "claude-relay.config.redisEnv" . | fromJsonArray) -}}
  {{- include "claude-relay.config.withUsers" (dict "context" . "own" $own "pattern" ".") -}}
{{- end -}}

{{/* The environment variables of the init container that writes init.json: a YAML list. */}}
{{- define "claude-relay.config.adminEnv" -}}
  {{- $own := include "claude-relay.config.secretEnv" (dict "context" . "keys" (list "adminUsername" "adminPassword")) | fromJsonArray -}}
  {{- include "claude-relay.config.withUsers" (dict "context" . "own" $own "pattern" "^ADMIN_(USERNAME|PASSWORD)$") -}}
{{- end -}}

{{/* The environment variables of the init container that waits for Redis: the password, and `extraEnv` for Redis and Node.js. */}}
{{- define "claude-relay.config.waitEnv" -}}
  {{- $own := include "claude-relay.config.redisEnv" . | fromJsonArray -}}
  {{- include "claude-relay.config.withUsers" (dict "context" . "own" $own "pattern" "^(REDIS|NODE)_") -}}
{{- end -}}

{{/*
Variables of the chart and of `extraEnv`, which takes precedence: a YAML list. Arguments: context, own (of the chart), pattern (of
the names in `extraEnv`).
*/}}
{{- define "claude-relay.config.withUsers" -}}
  {{- $taken := list -}}
  {{- $users := list -}}
  {{- range .context.Values.extraEnv -}}
    {{- if regexMatch $.pattern .name -}}
      {{- $taken = append $taken .name -}}
      {{- $users = append $users (include "claude-relay.evaluate" (dict "context" $.context "value" .) | fromJson).value -}}
    {{- end -}}
  {{- end -}}
  {{- $env := list -}}
  {{- range .own -}}
    {{- if not (has .name $taken) -}}
      {{- $env = append $env . -}}
    {{- end -}}
  {{- end -}}
  {{- $lines := list -}}
  {{- range concat $env $users -}}
    {{- $lines = append $lines (toJson . | printf "- %s") -}}
  {{- end -}}
  {{- join "\n" $lines -}}
{{- end -}}

{{/* The address at which a process inside the pod reaches the application. */}}
{{- define "claude-relay.config.localAddress" -}}
{{- $host := .Values.config.host -}}
{{- if has $host (list "0.0.0.0" "::") -}}
{{- $host = "127.0.0.1" -}}
{{- end -}}
{{- printf "%s:%d" (ternary (printf "[%s]" $host) $host (contains ":" $host)) (int64 .Values.config.port) -}}
{{- end -}}
