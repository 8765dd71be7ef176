{{/*
Redis: its address and its password. The application and the subchart use the same helpers, so that their names are equal
for all release names and overrides. The arguments of helpers that both charts use: values (of the subchart), release.
*/}}

{{/*
The name of the objects of Redis is the name of the release and "-redis", or only the name of the release if it contains
"redis". This is the rule of the Redis chart in earlier versions, so the names of PVCs do not change. The maximum length is 52
characters, because a label of the StatefulSet's pods is its name and a hash of 11 characters.
*/}}
{{- define "claude-relay.redis.fullname" -}}
{{- $name := default "redis" .values.nameOverride | trunc 30 | trimSuffix "-" -}}
{{- if .values.fullnameOverride -}}
{{- .values.fullnameOverride | trunc 52 | trimAll "-" -}}
{{- else if and (contains $name .release.Name) (not (contains "claude-relay" .release.Name)) -}}
{{- .release.Name | trunc 52 | trimAll "-" -}}
{{- else -}}
{{- $room := sub 51 (len $name) | int -}}
{{- printf "%s-%s" (.release.Name | trunc $room | trimAll "-") $name -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.redis.name" -}}
{{- default "redis" .values.nameOverride | trunc 30 | trimSuffix "-" -}}
{{- end -}}

{{- define "claude-relay.redis.selectorLabels" -}}
app.kubernetes.io/name: {{ include "claude-relay.redis.name" . | quote }}
app.kubernetes.io/instance: {{ .release.Name | quote }}
{{- end -}}

{{/*
The labels that select the pod of Redis and no other pod. The StatefulSet controller sets a label with the name of the pod.
Running pods have this label too, so the Services do not lose their endpoints in an upgrade.
*/}}
{{- define "claude-relay.redis.podSelector" -}}
{{ include "claude-relay.redis.selectorLabels" . }}
statefulset.kubernetes.io/pod-name: {{ printf "%s-0" (include "claude-relay.redis.fullname" .) | quote }}
{{- end -}}

{{/* The Secret of the password and its key as JSON; an empty object if Redis has no password. */}}
{{- define "claude-relay.redis.secretSource" -}}
{{- if not .values.auth.enabled -}}
{}
{{- else if .values.auth.existingSecret -}}
{{- dict "name" .values.auth.existingSecret "key" .values.auth.existingSecretPasswordKey | toJson -}}
{{- else -}}
{{- dict "name" (include "claude-relay.redis.fullname" .) "key" "redis-password" | toJson -}}
{{- end -}}
{{- end -}}

{{/* The keys of Redis' own Secret whose values may be generated, with the length of each: YAML. */}}
{{- define "claude-relay.redis.secretLengths" -}}
redis-password: 32
{{- end -}}

{{/* The data of the Secret of Redis as JSON; empty if there is no such Secret or if the Job creates it. */}}
{{- define "claude-relay.redis.secretData" -}}
{{- $name := include "claude-relay.redis.fullname" . -}}
{{- include "claude-relay.once" (dict "helper" "claude-relay.redis.newSecretData" "context" . "release" .release "name" $name) -}}
{{- end -}}

{{- define "claude-relay.redis.newSecretData" -}}
{{- $data := dict -}}
{{- if and .values.auth.enabled (not .values.auth.existingSecret) (not (include "claude-relay.secretsjob.enabled" .values)) -}}
{{- $kept := include "claude-relay.redis.keptPassword" . -}}
{{- range $key, $length := include "claude-relay.redis.secretLengths" . | fromYaml -}}
{{- $password := dict "value" $.values.auth.password "kept" $kept "generate" true "length" (int $length) -}}
{{- $_ := set $data $key (include "claude-relay.secrets.settle" $password) -}}
{{- end -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{/* The password in the cluster in base64; empty if there is none. */}}
{{- define "claude-relay.redis.keptPassword" -}}
{{- $secret := dict "name" (include "claude-relay.redis.fullname" .) "namespace" .release.Namespace -}}
{{- get (include "claude-relay.secrets.lookup" $secret | fromJson) "redis-password" -}}
{{- end -}}

{{/* A checksum that changes with the password of Redis, including a password in an existing Secret. */}}
{{- define "claude-relay.redis.secretChecksum" -}}
{{- $seen := list (include "claude-relay.redis.secretData" .) -}}
{{- if and .values.auth.enabled .values.auth.existingSecret -}}
{{- $outside := dict "name" .values.auth.existingSecret "namespace" .release.Namespace -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" $outside) -}}
{{- end -}}
{{- toJson $seen | sha256sum -}}
{{- end -}}

{{/*
The changes of the volume claim template of the StatefulSet in the cluster, one per line. The template is immutable, so the
upgrade would fail after other objects are changed. Empty if there is no StatefulSet, no cluster or no change.
*/}}
{{- define "claude-relay.redis.claimChanges" -}}
{{- $live := lookup "apps/v1" "StatefulSet" .release.Namespace (include "claude-relay.redis.fullname" .) -}}
{{- if $live -}}
{{- $persistence := .values.persistence -}}
{{- $templates := get $live.spec "volumeClaimTemplates" | default list -}}
{{- if and $persistence.enabled (not $persistence.existingClaim) -}}
{{- range $templates -}}
{{- $requests := get (get .spec "resources" | default dict) "requests" | default dict -}}
{{- $size := get $requests "storage" | toString -}}
{{- $before := include "claude-relay.storage.bytes" $size -}}
{{- $after := include "claude-relay.storage.bytes" $persistence.size -}}
{{- if and $before $after (ne $before $after) }}
redis.persistence.size was {{ $size }}
{{- end }}
{{- $class := ternary (default "-" (get .spec "storageClassName")) "" (hasKey .spec "storageClassName") -}}
{{- if ne $class $persistence.storageClass }}
redis.persistence.storageClass was {{ $class | quote }}
{{- end }}
{{- if ne (join "," .spec.accessModes) $persistence.accessMode }}
redis.persistence.accessMode was {{ join "," .spec.accessModes }}
{{- end }}
{{- $annotations := get .metadata "annotations" | default dict | toJson }}
{{- if ne $annotations (toJson $persistence.annotations) }}
redis.persistence.annotations were {{ $annotations }}
{{- end }}
{{- else }}
redis.persistence.enabled was false, or redis.persistence.existingClaim was set
{{- end }}
{{- else if $templates }}
redis.persistence.enabled was true, and redis.persistence.existingClaim was empty
{{- end }}
{{- end }}
{{- end -}}

{{/* The connection to Redis: JSON with host, port, database, tls, and secret (name and key; empty without a password). */}}
{{- define "claude-relay.redis.connection" -}}
{{- $redis := dict "values" .Values.redis "release" .Release -}}
{{- if .Values.redis.enabled -}}
{{- $secret := include "claude-relay.redis.secretSource" $redis | fromJson -}}
{{- $host := include "claude-relay.redis.fullname" $redis -}}
{{- dict "host" $host "port" .Values.redis.service.port "database" 0 "tls" false "secret" $secret | toJson -}}
{{- else -}}
{{- $external := .Values.externalRedis -}}
{{- $secret := dict -}}
{{- if $external.existingSecret -}}
{{- $secret = dict "name" $external.existingSecret "key" $external.existingSecretPasswordKey -}}
{{- else if $external.password -}}
{{- $secret = dict "name" (include "claude-relay.secrets.name" .) "key" "redis-password" -}}
{{- end -}}
{{- dict "host" $external.host "port" $external.port "database" $external.database "tls" $external.tls "secret" $secret | toJson -}}
{{- end -}}
{{- end -}}

{{/* The PVC of the release's own Redis. */}}
{{- define "claude-relay.redis.claimName" -}}
  {{- default (printf "data-%s-0" (include "claude-relay.redis.fullname" .)) .values.persistence.existingClaim -}}
{{- end -}}

{{/* "true" if the bundled Redis, or its PVC, exists in the cluster. */}}
{{- define "claude-relay.redis.hasData" -}}
  {{- if .Values.redis.enabled -}}
    {{- $redis := dict "values" .Values.redis "release" .Release -}}
    {{- $name := include "claude-relay.redis.fullname" $redis -}}
    {{- $claim := include "claude-relay.redis.claimName" $redis -}}
    {{- if lookup "apps/v1" "StatefulSet" .Release.Namespace $name -}}true
    {{- else if lookup "v1" "PersistentVolumeClaim" .Release.Namespace $claim -}}true
    {{- end -}}
  {{- end -}}
{{- end -}}

{{/*
The host of the Redis that the application in the cluster uses; empty if there is none. It is in the ConfigMap that the running
Deployment reads, whose name can differ from the present one.
*/}}
{{- define "claude-relay.redis.liveHost" -}}
  {{- $names := list -}}
  {{- range include "claude-relay.secrets.ofRelease" (dict "context" . "kind" "Deployment" "version" "apps/v1") | fromJsonArray -}}
    {{- range .spec.template.spec.containers -}}
      {{- range get . "envFrom" | default list -}}
        {{- $names = append $names (get (get . "configMapRef" | default dict) "name") -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- $names = append $names (include "claude-relay.nameWith" (dict "context" . "suffix" "config")) -}}
  {{- $host := "" -}}
  {{- range compact $names | uniq -}}
    {{- if not $host -}}
      {{- $of := dict "kind" "ConfigMap" "name" . "namespace" $.Release.Namespace -}}
      {{- $host = get (include "claude-relay.secrets.lookup" $of | fromJson) "REDIS_HOST" -}}
    {{- end -}}
  {{- end -}}
  {{- $host -}}
{{- end -}}

{{/* Rejects an upgrade that connects the application to another Redis than the one with its data. */}}
{{- define "claude-relay.redis.dataGuards" -}}
  {{- $before := include "claude-relay.redis.liveHost" . -}}
  {{- $after := (include "claude-relay.redis.connection" . | fromJson).host -}}
  {{- if and $before (ne $before $after) -}}
    {{- $advice := "or move the data as docs/operations.md says in \"Moving Redis\", and set allowDataLoss to true for this upgrade" -}}
    {{- if lookup "apps/v1" "StatefulSet" .Release.Namespace $before }}
- StatefulSet/{{ $before }} has the data of this release, but the application would use {{ $after }}:
      {{- if .Values.redis.enabled }} set redis.nameOverride and redis.fullnameOverride to the earlier values,
      {{- else }} set redis.enabled to true,
      {{- end }} {{ $advice }}
    {{- else if and .Values.redis.enabled (not (include "claude-relay.redis.hasData" .)) }}
- the Redis {{ $before }} has the data of this release, but the application would use StatefulSet/{{ $after }}, which has no data:
  set redis.enabled to false, {{ $advice }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.redis.guards" -}}
  {{- if and (not .Values.allowDataLoss) (include "claude-relay.capabilities.cluster" .) -}}
    {{- include "claude-relay.redis.dataGuards" . -}}
  {{- end -}}
  {{- if .Values.redis.enabled -}}
    {{- include "claude-relay.redis.internalGuards" . -}}
  {{- else -}}
    {{- include "claude-relay.redis.externalGuards" . -}}
  {{- end -}}
{{- end -}}

{{/* The memory limit of the container of Redis in bytes; empty if there is none. Argument: the values of the subchart. */}}
{{- define "claude-relay.redis.memoryLimit" -}}
  {{- $limit := get (get .resources "limits" | default dict) "memory" | default "" -}}
  {{- /* Helm reads a number in a file as a float. */ -}}
  {{- include "claude-relay.storage.bytes" (kindIs "string" $limit | ternary $limit (toString (int64 $limit))) -}}
{{- end -}}

{{- define "claude-relay.redis.internalGuards" -}}
  {{- $values := .Values.redis -}}
  {{- $redis := dict "values" $values "release" .Release -}}
  {{- $fullname := include "claude-relay.redis.fullname" $redis -}}
  {{- range $key := list "host" "password" "existingSecret" "tls" }}
    {{- if get $.Values.externalRedis $key }}
- redis.enabled is true and externalRedis.{{ $key }} is set: set redis.enabled to false, or remove externalRedis.{{ $key }}
    {{- end }}
  {{- end }}
  {{- include "claude-relay.pod.tolerationGuards" (dict "path" "redis.tolerations" "tolerations" $values.tolerations) }}
  {{- if and $values.persistence.existingClaim (not $values.persistence.enabled) }}
- redis.persistence.existingClaim is set but redis.persistence.enabled is false: set it to true, or leave
  redis.persistence.existingClaim empty
  {{- end }}
  {{- $fixed := "dir dbfilename appendonly appendfilename appenddirname port unixsocket requirepass user aclfile rename-command" }}
  {{- $fixed = printf "%s include daemonize pidfile" $fixed }}
  {{- $pattern := printf "(?im)^\\s*(%s|append[a-z]*name)\\s" (replace " " "|" $fixed) }}
  {{- if $values.extraConfig }}{{ if regexMatch $pattern $values.extraConfig }}
- redis.extraConfig sets a directive that the chart sets ({{ $fixed }}): remove it, and use redis.appendOnly, redis.auth and
  redis.service instead
  {{- end }}{{ end }}
  {{- if not (has $values.maxMemory (list "auto" "0")) }}
    {{- $limit := include "claude-relay.redis.memoryLimit" $values | int64 }}
    {{- if and $limit (gt (include "claude-relay.storage.bytes" $values.maxMemory | int64) (div (mul $limit 9) 10)) }}
- redis.maxMemory ({{ $values.maxMemory }}) is more than 90 % of redis.resources.limits.memory, so the kernel would kill Redis
  before it reaches redis.maxMemory: decrease redis.maxMemory or increase the limit
    {{- end }}
  {{- end }}
  {{- range $key := list "password" "existingSecret" }}
    {{- if and (get $values.auth $key) (not $values.auth.enabled) }}
- redis.auth.{{ $key }} is set but redis.auth.enabled is false: set it to true, or leave redis.auth.{{ $key }} empty
    {{- end }}
  {{- end }}
  {{- if and $values.auth.password $values.auth.existingSecret }}
- redis.auth.password and redis.auth.existingSecret are both set: leave one empty
  {{- end }}
  {{- if and $values.auth.enabled (not $.Values.config.generateSecrets) (not $values.auth.existingSecret) }}
    {{- if not (or $values.auth.password (include "claude-relay.redis.keptPassword" $redis)) }}
- config.generateSecrets is false and redis.auth.password is empty: set it, or set redis.auth.existingSecret to the name of
  a Secret
    {{- end }}
  {{- end }}
  {{- include "claude-relay.redis.additionGuards" $values -}}
  {{- $suffixes := list "blocked" "config" "env" "fluent-bit" "fluent-bit-config" "metrics" "scripts" "secret" "secrets" "test" }}
  {{- range $name := list $fullname (printf "%s-config" $fullname) (printf "%s-headless" $fullname) }}
    {{- $names := list (include "claude-relay.fullname" $) }}
    {{- range $suffix := $suffixes }}
      {{- if hasSuffix $suffix $name }}
        {{- $names = append $names (include "claude-relay.nameWith" (dict "context" $ "suffix" $suffix)) }}
      {{- end }}
    {{- end }}
    {{- if has $name $names }}
- the application and Redis would both have an object with the name {{ $name }}: change fullnameOverride, nameOverride,
  redis.fullnameOverride or redis.nameOverride
    {{- end }}
  {{- end }}
  {{- with include "claude-relay.redis.claimChanges" $redis }}
- the volume claim template of StatefulSet/{{ $fullname }} is immutable ({{ trim . | replace "\n" ", " }}): set the earlier values, or
  first run kubectl delete statefulset {{ $fullname }} --namespace {{ $.Release.Namespace }} --cascade=orphan, which keeps the pod
  and its PVC
  {{- end }}
  {{- $account := default $fullname $values.serviceAccount.name }}
  {{- if and $.Values.serviceAccount.create $values.serviceAccount.create }}
    {{- if eq (include "claude-relay.serviceAccountName" .) $account }}
- serviceAccount.name and redis.serviceAccount.name are both {{ $account }}: change one of them, or set create to false
  for one of them
    {{- end }}
  {{- end }}
  {{- if eq (include "claude-relay.redis.name" $redis) (include "claude-relay.name" .) }}
- nameOverride and redis.nameOverride are both {{ include "claude-relay.name" . }}, so the Services of the application
  and of Redis would select the same pods: change one of them
  {{- end }}
{{- end -}}

{{/* Additions to Redis' pod must not have a name or a path that is already in use. Argument: the values of the subchart. */}}
{{- define "claude-relay.redis.additionGuards" -}}
  {{- $taken := dict "extraVolumes" (list "config" "run" "data") "extraVolumeMounts" (list "/data" "/etc/redis" "/run/redis") -}}
  {{- $_ := set $taken "initContainers" (list "redis" "volume-permissions") -}}
  {{- range $part, $names := $taken }}
    {{- $key := ternary "mountPath" "name" (eq $part "extraVolumeMounts") }}
    {{- range get $ $part }}
      {{- $one := get . $key }}
      {{- if has $one $names }}
- redis.{{ $part }}: the {{ $key }} {{ $one }} is already in use: choose another one
      {{- end }}
      {{- $names = append $names $one }}
    {{- end }}
  {{- end }}
  {{- if and .volumePermissions.enabled (not .persistence.enabled) }}
- redis.volumePermissions.enabled is true but redis.persistence.enabled is false, so there is no PVC whose owner could be
  changed: set one of them to its default
  {{- end }}
  {{- if and .volumePermissions.enabled (not (and (get .podSecurityContext "runAsUser") (get .podSecurityContext "runAsGroup"))) }}
- redis.volumePermissions.enabled is true, but redis.podSecurityContext has no runAsUser or no runAsGroup: set both, because the
  init container makes them the owner of the data. On OpenShift, which chooses them, set redis.volumePermissions.enabled to false
  {{- end }}
{{- end -}}

{{- define "claude-relay.redis.externalGuards" -}}
  {{- $external := .Values.externalRedis -}}
  {{- $ca := $external.tlsCA -}}
  {{- if not $external.host }}
- redis.enabled is false and externalRedis.host is empty, so there is no Redis: set redis.enabled to true or set
  externalRedis.host
  {{- end }}
  {{- include "claude-relay.names.hostGuard" (dict "path" "externalRedis.host" "host" $external.host "port" "externalRedis.port") }}
  {{- if and $external.password $external.existingSecret }}
- externalRedis.password and externalRedis.existingSecret are both set: leave one empty
  {{- end }}
  {{- if and (or $ca.existingSecret $ca.existingConfigMap) (not $external.tls) }}
- externalRedis.tlsCA is set but externalRedis.tls is false: set externalRedis.tls to true
  {{- end }}
{{- end -}}
