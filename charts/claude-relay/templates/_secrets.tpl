{{/*
Secrets. A value takes precedence. Without a value, the secret in the cluster is kept. A secret that is in neither is
generated. So a secret stays the same in an upgrade, in a rollback and in a new installation, since `helm uninstall` does not
delete the Secret. The data is computed once in a render (_once.tpl): the Secret and the checksum of the pods need the same.
*/}}

{{- define "claude-relay.secrets.name" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "secret") -}}
{{- end -}}

{{/* The Secret with the keys of the application: JSON with its name and the names of the keys. */}}
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
The data of a Secret in the cluster as JSON; empty if there is no Secret, no cluster or no name. Arguments: name, namespace, and
optionally kind, for a ConfigMap.
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
One secret in base64: the value, otherwise `kept`, otherwise `fallback`, otherwise a generated secret of `length` characters.
Empty if `generate` is false. Arguments: value, kept (base64), generate, and length or fallback.
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

{{/* The keys that can be generated, with the length of each value: YAML. */}}
{{- define "claude-relay.secrets.lengths" -}}
admin-password: 24
encryption-key: 32
jwt-secret: 64
{{- end -}}

{{- define "claude-relay.secrets.adminUsername" -}}
admin
{{- end -}}

{{/* The data of the Secret of the chart as JSON; empty if there is no such Secret or if the Job creates it. */}}
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
The value of the annotation `checksum/secret` of the pods. It changes with all secrets that the pods read. If there is a
cluster, this includes existing Secrets and the certificates of private CAs, which the application reads once at its start.
*/}}
{{- define "claude-relay.secrets.checksum" -}}
{{- $seen := list (include "claude-relay.secrets.data" .) -}}
{{- with include "claude-relay.config.secretData" . -}}
{{- $seen = append $seen . -}}
{{- end -}}
{{- $foreign := list .Values.config.existingSecret -}}
{{- if .Values.redis.enabled -}}
{{- $seen = append $seen (include "claude-relay.redis.secretChecksum" (dict "values" .Values.redis "release" .Release)) -}}
{{- else -}}
{{- $foreign = append $foreign .Values.externalRedis.existingSecret -}}
{{- end -}}
{{- range $name := uniq $foreign -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" (dict "name" $name "namespace" $.Release.Namespace)) -}}
{{- end -}}
{{- range include "claude-relay.authorities.list" . | fromJsonArray -}}
{{- $authority := dict "kind" .kind "name" .name "namespace" $.Release.Namespace -}}
{{- $seen = append $seen (include "claude-relay.secrets.lookup" $authority) -}}
{{- end -}}
{{- toJson $seen | sha256sum -}}
{{- end -}}

{{/*
The encryption key of the data of the release, as found in the cluster: JSON with `secret` (the name of its Secret) and
`value` (base64, empty if the Secret does not exist). It is the key that the running Deployment reads, otherwise the key in a
Secret of an earlier installation. The names of both can differ from the present ones.
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
The objects of a kind that this instance of the chart has in the cluster, with any name: a JSON list. The label helm.sh/chart
starts with the alias of an instance, so it distinguishes the instances of one release. Arguments: context, kind, version.
Secrets that the Job creates have an annotation instead of the label (_secretsjob.tpl).
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
Rejects an upgrade that changes the encryption key of existing data. The key also hashes the API keys of clients, so all
accounts and all API keys would be lost.
*/}}
{{- define "claude-relay.secrets.keyGuards" -}}
  {{- $source := include "claude-relay.secrets.source" . | fromJson -}}
  {{- $there := include "claude-relay.secrets.lookup" (dict "name" $source.name "namespace" .Release.Namespace) | fromJson -}}
  {{- $new := get $there $source.keys.encryptionKey -}}
  {{- if and .Values.config.encryptionKey (not .Values.config.existingSecret) -}}
    {{- $new = b64enc .Values.config.encryptionKey -}}
  {{- end -}}
  {{- $earlier := include "claude-relay.secrets.earlierKey" . | fromJson -}}
  {{- $override := "or set allowDataLoss to true, which makes all upstream accounts and API keys of clients unusable" -}}
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
  restore the Secret from a copy, or set config.encryptionKey to the key, {{ $override }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.secrets.guards" -}}
  {{- $config := .Values.config -}}
  {{- if and (not .Values.allowDataLoss) (include "claude-relay.capabilities.cluster" .) -}}
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
- Secret/{{ $config.existingSecret }} has no key {{ $key }}: add the key, or set config.existingSecretKeys.{{ $name }} to another key
      {{- end }}
    {{- end }}
  {{- else if not (include "claude-relay.secretsjob.enabled" .Values) }}
    {{- $data := include "claude-relay.secrets.data" . | fromJson }}
    {{- range $name, $key := dict "jwtSecret" "jwt-secret" "encryptionKey" "encryption-key" "adminPassword" "admin-password" }}
      {{- if not (get $data $key) }}
- config.generateSecrets is false and config.{{ $name }} is empty: set it, or set config.existingSecret to the name of a Secret
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
