{{/*
Secrets. A value wins; without one, what the cluster already holds is kept; only what neither gives is generated.
So a secret is the same through upgrades, rollbacks and (the Secret is not deleted with the release) re-installs.
Data is computed once a render (_once.tpl), since a generated value must be the same in the Secret and in the pods' checksum.
*/}}

{{- define "claude-relay.secrets.name" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "secret") -}}
{{- end -}}

{{/* The Secret that holds the application's keys, and where in it: JSON with name and keys. */}}
{{- define "claude-relay.secrets.source" -}}
{{- if .Values.config.existingSecret -}}
{{- dict "name" .Values.config.existingSecret "keys" .Values.config.existingSecretKeys | toJson -}}
{{- else -}}
{{- $keys := dict "jwtSecret" "jwt-secret" "encryptionKey" "encryption-key" "adminUsername" "admin-username" "adminPassword" "admin-password" -}}
{{- dict "name" (include "claude-relay.secrets.name" .) "keys" $keys | toJson -}}
{{- end -}}
{{- end -}}

{{/*
The data of a Secret in the cluster as JSON; empty where there is none, no cluster, or no name. Takes: name, namespace, and
kind where it is a ConfigMap's.
*/}}
{{- define "claude-relay.secrets.lookup" -}}
{{- $data := dict -}}
{{- $secret := dict -}}
{{- if .name -}}
{{- $secret = lookup "v1" (default "Secret" (get . "kind")) .namespace .name -}}
{{- end -}}
{{- if hasKey $secret "data" -}}
{{- $data = default dict $secret.data -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{/*
One secret in base64: the value, else what is kept, else `fallback`, else a generated one of `length`; empty where it
may not be generated. Takes: value, kept (base64), generate, and length or fallback.
*/}}
{{- define "claude-relay.secrets.settle" -}}
{{- if .value -}}
{{- .value | b64enc -}}
{{- else if .kept -}}
{{- .kept -}}
{{- else if get . "fallback" -}}
{{- .fallback | b64enc -}}
{{- else if get . "generate" -}}
{{- randAlphaNum .length | b64enc -}}
{{- end -}}
{{- end -}}

{{/* The data of the chart's own Secret as JSON. */}}
{{- define "claude-relay.secrets.data" -}}
{{- include "claude-relay.once" (dict "helper" "claude-relay.secrets.newData" "context" . "values" .Values) -}}
{{- end -}}

{{- define "claude-relay.secrets.newData" -}}
{{- $data := dict -}}
{{- if not .Values.config.existingSecret -}}
{{- $kept := include "claude-relay.secrets.lookup" (dict "name" (include "claude-relay.secrets.name" .) "namespace" .Release.Namespace) | fromJson -}}
{{- $generate := .Values.config.generateSecrets -}}
{{- $_ := set $data "jwt-secret" (include "claude-relay.secrets.settle" (dict "value" .Values.config.jwtSecret "kept" (get $kept "jwt-secret") "generate" $generate "length" 64)) -}}
{{- $_ := set $data "encryption-key" (include "claude-relay.secrets.settle" (dict "value" .Values.config.encryptionKey "kept" (get $kept "encryption-key") "generate" $generate "length" 32)) -}}
{{- $_ := set $data "admin-username" (include "claude-relay.secrets.settle" (dict "value" .Values.config.adminUsername "kept" (get $kept "admin-username") "fallback" "admin")) -}}
{{- $_ := set $data "admin-password" (include "claude-relay.secrets.settle" (dict "value" .Values.config.adminPassword "kept" (get $kept "admin-password") "generate" $generate "length" 24)) -}}
{{- end -}}
{{- if and (not .Values.redis.enabled) .Values.externalRedis.password -}}
{{- $_ := set $data "redis-password" (.Values.externalRedis.password | b64enc) -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{/*
What the pods' annotation `checksum/secret` holds: it changes with every secret the pods read, also with one that the
chart did not make, where a cluster can be asked for it; and with the authority that Redis' certificate is checked with,
which the application reads once, when it starts.
*/}}
{{- define "claude-relay.secrets.checksum" -}}
{{- $seen := list (include "claude-relay.secrets.data" .) -}}
{{- $foreign := list .Values.config.existingSecret -}}
{{- if .Values.redis.enabled -}}
{{- $seen = append $seen (include "claude-relay.redis.secretChecksum" (dict "values" .Values.redis "release" .Release)) -}}
{{- else -}}
{{- $foreign = concat $foreign (list .Values.externalRedis.existingSecret .Values.externalRedis.tlsCA.existingSecret) -}}
{{- end -}}
{{- $namespace := .Release.Namespace -}}
{{- range $name := uniq $foreign -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" (dict "name" $name "namespace" $namespace)) -}}
{{- end -}}
{{- if and (not .Values.redis.enabled) .Values.externalRedis.tlsCA.existingConfigMap -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" (dict "kind" "ConfigMap" "name" .Values.externalRedis.tlsCA.existingConfigMap "namespace" $namespace)) -}}
{{- end -}}
{{- toJson $seen | sha256sum -}}
{{- end -}}
