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
{{- $keys := dict -}}
{{- range $key := list "jwtSecret" "encryptionKey" "adminUsername" "adminPassword" -}}
{{- $_ := set $keys $key (kebabcase $key) -}}
{{- end -}}
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

{{/* The keys whose values may be generated, with the length of each: YAML. */}}
{{- define "claude-relay.secrets.lengths" -}}
admin-password: 24
encryption-key: 32
jwt-secret: 64
{{- end -}}

{{- define "claude-relay.secrets.adminUsername" -}}
admin
{{- end -}}

{{/* The data of the chart's own Secret as JSON; empty where there is none, or the Job creates it. */}}
{{- define "claude-relay.secrets.data" -}}
{{- $name := include "claude-relay.fullname" . -}}
{{- include "claude-relay.once" (dict "helper" "claude-relay.secrets.newData" "context" . "release" .Release "name" $name) -}}
{{- end -}}

{{- define "claude-relay.secrets.newData" -}}
{{- $data := dict -}}
{{- if not (or .Values.config.existingSecret (include "claude-relay.secretsjob.enabled" .Values)) -}}
{{- $secret := dict "name" (include "claude-relay.secrets.name" .) "namespace" .Release.Namespace -}}
{{- $kept := include "claude-relay.secrets.lookup" $secret | fromJson -}}
{{- $lengths := include "claude-relay.secrets.lengths" . | fromYaml -}}
{{- range $name := list "jwtSecret" "encryptionKey" "adminPassword" -}}
{{- $key := kebabcase $name -}}
{{- $one := dict "value" (get $.Values.config $name) "kept" (get $kept $key) -}}
{{- $_ := merge $one (dict "generate" $.Values.config.generateSecrets "length" (get $lengths $key | int)) -}}
{{- $_ := set $data $key (include "claude-relay.secrets.settle" $one) -}}
{{- end -}}
{{- $username := dict "value" .Values.config.adminUsername "kept" (get $kept "admin-username") -}}
{{- $_ := set $username "fallback" (include "claude-relay.secrets.adminUsername" .) -}}
{{- $_ := set $data "admin-username" (include "claude-relay.secrets.settle" $username) -}}
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
{{- $authority := dict "kind" "ConfigMap" "name" .Values.externalRedis.tlsCA.existingConfigMap "namespace" $namespace -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" $authority) -}}
{{- end -}}
{{- toJson $seen | sha256sum -}}
{{- end -}}

{{/*
The encryption key that the release's data is encrypted with, as far as the cluster tells: JSON with `secret` (its name) and
`value` (base64, empty where the Secret is gone). It is the one that the running Deployment reads, else that of a Secret that
an earlier installation left. Both may have another name than now.
*/}}
{{- define "claude-relay.secrets.earlierKey" -}}
  {{- $namespace := .Release.Namespace -}}
  {{- $found := dict "secret" "" "value" "" -}}
  {{- range include "claude-relay.secrets.ofRelease" (dict "context" . "kind" "Deployment" "version" "apps/v1") | fromJsonArray -}}
    {{- range .spec.template.spec.containers -}}
      {{- range get . "env" | default list -}}
        {{- $reference := get (get . "valueFrom" | default dict) "secretKeyRef" -}}
        {{- if and (eq .name "ENCRYPTION_KEY") $reference -}}
          {{- $data := include "claude-relay.secrets.lookup" (dict "name" $reference.name "namespace" $namespace) | fromJson -}}
          {{- $found = dict "secret" $reference.name "value" (get $data $reference.key) -}}
        {{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if not $found.secret -}}
    {{- range include "claude-relay.secrets.ofRelease" (dict "context" . "kind" "Secret" "version" "v1") | fromJsonArray -}}
      {{- if hasKey (get . "data" | default dict) "encryption-key" -}}
        {{- $found = dict "secret" .metadata.name "value" (get .data "encryption-key") -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- toJson $found -}}
{{- end -}}

{{/*
The objects of a kind that this instance of the chart has in the cluster, whatever their names are: a JSON list. The label
helm.sh/chart tells instances in one release apart, since it starts with their alias. Takes: context, kind, version.
Secrets of the Job have an annotation in its place (_secretsjob.tpl).
*/}}
{{- define "claude-relay.secrets.ofRelease" -}}
  {{- $release := .context.Release -}}
  {{- $name := .context.Chart.Name -}}
  {{- $chart := printf "^%s-[0-9]" $name -}}
  {{- $own := list -}}
  {{- range get (lookup .version .kind $release.Namespace "") "items" | default list -}}
    {{- $labels := get .metadata "labels" | default dict -}}
    {{- $instance := eq (get $labels "app.kubernetes.io/instance" | toString) $release.Name -}}
    {{- $marked := get (get .metadata "annotations" | default dict) "claude-relay/chart" | toString -}}
    {{- if and $instance (or (eq $marked $name) (regexMatch $chart (get $labels "helm.sh/chart" | toString))) -}}
      {{- $own = append $own . -}}
    {{- end -}}
  {{- end -}}
  {{- toJson $own -}}
{{- end -}}

{{/*
Whether another encryption key would come over data that the present one encrypts. It also hashes the clients' API keys, so
that all accounts and all keys would be lost.
*/}}
{{- define "claude-relay.secrets.keyGuards" -}}
  {{- $source := include "claude-relay.secrets.source" . | fromJson -}}
  {{- $there := include "claude-relay.secrets.lookup" (dict "name" $source.name "namespace" .Release.Namespace) | fromJson -}}
  {{- $new := get $there $source.keys.encryptionKey -}}
  {{- if and .Values.config.encryptionKey (not .Values.config.existingSecret) -}}
    {{- $new = b64enc .Values.config.encryptionKey -}}
  {{- end -}}
  {{- $earlier := include "claude-relay.secrets.earlierKey" . | fromJson -}}
  {{- $override := "or set allowDataLoss to true, which makes all upstream accounts and clients' API keys useless" -}}
  {{- if and $new $earlier.value (ne $new $earlier.value) }}
- the encryption key would change: Secret/{{ $earlier.secret }} has the key of the data in Redis. Leave config.encryptionKey
  empty and set config.existingSecret to {{ $earlier.secret }}, or copy its key encryption-key to Secret/{{ $source.name }},
  {{ $override }}
  {{- else if not $new }}
    {{- if $earlier.value }}
- Secret/{{ $source.name }} does not exist, and Secret/{{ $earlier.secret }} has the encryption key of the data in Redis: set
  config.existingSecret to {{ $earlier.secret }}, or copy the Secret to the new name, {{ $override }}
    {{- else if or $earlier.secret (include "claude-relay.redis.hasData" .) }}
- Redis has data of this release, but Secret/{{ $earlier.secret | default $source.name }} with its encryption key does not exist:
  restore it from a copy, or set config.encryptionKey to the key, {{ $override }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.secrets.guards" -}}
  {{- $config := .Values.config -}}
  {{- if not .Values.allowDataLoss -}}
    {{- include "claude-relay.secrets.keyGuards" . -}}
  {{- end -}}
  {{- if $config.existingSecret -}}
    {{- range $key := list "jwtSecret" "encryptionKey" "adminUsername" "adminPassword" }}
      {{- if get $config $key }}
- config.{{ $key }} and config.existingSecret are both set: leave one empty
      {{- end }}
    {{- end }}
    {{- $found := include "claude-relay.secrets.lookup" (dict "name" $config.existingSecret "namespace" .Release.Namespace) | fromJson }}
    {{- range $name, $key := $config.existingSecretKeys }}
      {{- if and $found (not (hasKey $found $key)) }}
- Secret/{{ $config.existingSecret }} has no key {{ $key }}: add it, or name another key in config.existingSecretKeys.{{ $name }}
      {{- end }}
    {{- end }}
  {{- else if not (include "claude-relay.secretsjob.enabled" .Values) }}
    {{- $data := include "claude-relay.secrets.data" . | fromJson }}
    {{- range $name, $key := dict "jwtSecret" "jwt-secret" "encryptionKey" "encryption-key" "adminPassword" "admin-password" }}
      {{- if not (get $data $key) }}
- config.generateSecrets is false and config.{{ $name }} is empty: set it, or name a Secret in config.existingSecret
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
