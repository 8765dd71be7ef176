{{/*
The values of a render. A key that is absent or null has its default, also if Helm does not add it: with `--reuse-values` Helm
replaces values.yaml by the values of the installed version, which has no new keys. Every template includes one of the first
two helpers before it reads `.Values`. The defaults are in _defaults.tpl.
*/}}

{{- define "claude-relay.values" -}}
  {{- if not (hasKey (get .Release "_claudeRelayValues" | default dict) .Template.BasePath) -}}
    {{- include "claude-relay.values.complete" . -}}
    {{- include "claude-relay.values.done" . -}}
  {{- end -}}
{{- end -}}

{{/* The same for the subchart. */}}
{{- define "claude-relay.redis.values" -}}
  {{- if not (hasKey (get .Release "_claudeRelayValues" | default dict) .Template.BasePath) -}}
    {{- include "claude-relay.values.completeRedis" . -}}
    {{- include "claude-relay.values.done" . -}}
  {{- end -}}
{{- end -}}

{{/* Notes in .Release, which all templates of a release share, that the values of an instance are complete. */}}
{{- define "claude-relay.values.done" -}}
  {{- $done := get .Release "_claudeRelayValues" | default dict -}}
  {{- $_ := set $done .Template.BasePath true -}}
  {{- $_ := set .Release "_claudeRelayValues" $done -}}
{{- end -}}

{{- define "claude-relay.values.complete" -}}
  {{- include "claude-relay.values.all" (dict "context" . "defaults" "claude-relay.defaults") -}}
  {{- range $path := list (list "ingress" "hosts") (list "ingress" "tls") (list "httpRoute" "hostnames") -}}
    {{- $branch := get $.Values (first $path) -}}
    {{- $part := last $path -}}
    {{- if contains "{{" (toJson (get $branch $part)) -}}
      {{- $evaluated := include "claude-relay.evaluate" (dict "context" $ "value" (get $branch $part)) | fromJson -}}
      {{- $_ := set $branch $part $evaluated.value -}}
    {{- end -}}
  {{- end -}}
  {{- $path := printf "%s/charts/redis/templates" (trimSuffix "/templates" .Template.BasePath) -}}
  {{- $redis := dict "Values" .Values.redis "Release" .Release "Capabilities" .Capabilities "Template" (dict "BasePath" $path) -}}
  {{- include "claude-relay.redis.values" $redis -}}
{{- end -}}

{{- define "claude-relay.values.completeRedis" -}}
  {{- include "claude-relay.values.all" (dict "context" . "defaults" "claude-relay.redis.defaults") -}}
{{- end -}}

{{/*
Usually Helm has set all defaults and there is no null. Then only the maps are read whose default has keys: values.yaml has an
empty map for them, so that null removes a key. Arguments: context, defaults (the start of the names of the helpers in _defaults.tpl).
*/}}
{{- define "claude-relay.values.all" -}}
  {{- $values := .context.Values -}}
  {{- $nulls := contains ":null" (toJson $values) -}}
  {{- if $nulls -}}
    {{- include "claude-relay.values.setMissing" (dict "values" $values "defaults" .defaults) -}}
  {{- else if not (include (printf "%s.complete" .defaults) $values) -}}
    {{- include "claude-relay.values.setMissing" (dict "values" $values "defaults" .defaults) -}}
  {{- end -}}
  {{- $openshift := include "claude-relay.values.openshift" .context -}}
  {{- range $path, $maps := include (printf "%s.maps" .defaults) . | fromJson -}}
    {{- $branch := $values -}}
    {{- range compact (splitList "." $path) -}}{{- $branch = get $branch . -}}{{- end -}}
    {{- range $key, $default := $maps -}}
      {{- if and $openshift (eq $key "podSecurityContext") -}}
        {{- $default = omit $default "runAsUser" "runAsGroup" "fsGroup" -}}
      {{- end -}}
      {{- if get $branch $key -}}
        {{- include "claude-relay.values.map" (list (get $branch $key) $default) -}}
      {{- else -}}
        {{- $_ := set $branch $key $default -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{/* Sets the keys that are absent or null, and removes the null keys of maps. Arguments: values, defaults (as above). */}}
{{- define "claude-relay.values.setMissing" -}}
  {{- $root := .values -}}
  {{- range $path, $defaults := include (printf "%s.values" .defaults) . | fromJson -}}
    {{- $branch := $root -}}
    {{- range compact (splitList "." $path) -}}
      {{- if not (get $branch .) -}}{{- $_ := set $branch . dict -}}{{- end -}}
      {{- $branch = get $branch . -}}
    {{- end -}}
    {{- range $key, $default := $defaults -}}
      {{- if kindIs "invalid" (index $branch $key) -}}
        {{- $_ := set $branch $key $default -}}
      {{- else if kindIs "map" $default -}}
        {{- include "claude-relay.values.map" (list (get $branch $key) $default) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{/* "true" if OpenShift chooses the user and the groups of the pods, from a range of the namespace. */}}
{{- define "claude-relay.values.openshift" -}}
  {{- /* `off` without quotes is false in YAML. */ -}}
  {{- $mode := toString .Values.global.openshift -}}
  {{- $served := .Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
  {{- if or (eq $mode "force") (and (eq $mode "auto") $served) -}}true{{- end -}}
{{- end -}}

{{/* Sets the default keys of a map, and removes the keys that are null. Arguments: a list of the map and its default. */}}
{{- define "claude-relay.values.map" -}}
  {{- $values := first . -}}
  {{- $defaults := last . -}}
  {{- range $key, $default := $defaults -}}
    {{- if not (hasKey $values $key) -}}
      {{- $_ := set $values $key $default -}}
    {{- else if and (kindIs "map" $default) (kindIs "map" (get $values $key)) -}}
      {{- include "claude-relay.values.map" (list (get $values $key) $default) -}}
    {{- end -}}
  {{- end -}}
  {{- range $key, $value := $values -}}
    {{- if kindIs "invalid" $value -}}{{- $_ := unset $values $key -}}{{- end -}}
  {{- end -}}
{{- end -}}
