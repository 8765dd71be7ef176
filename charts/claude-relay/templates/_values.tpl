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
  {{- include "claude-relay.values.all" (dict "context" . "defaults" (include "claude-relay.defaults" . | fromJson)) -}}
  {{- range $key, $parts := dict "ingress" (list "hosts" "tls") "httpRoute" (list "hostnames") -}}
    {{- $branch := get $.Values $key -}}
    {{- range $part := $parts -}}
      {{- if contains "{{" (toJson (get $branch $part)) -}}
        {{- $evaluated := include "claude-relay.evaluate" (dict "context" $ "value" (get $branch $part)) | fromJson -}}
        {{- $_ := set $branch $part $evaluated.value -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- $path := printf "%s/charts/redis/templates" (trimSuffix "/templates" .Template.BasePath) -}}
  {{- $redis := dict "Values" .Values.redis "Release" .Release "Capabilities" .Capabilities "Template" (dict "BasePath" $path) -}}
  {{- include "claude-relay.redis.values" $redis -}}
{{- end -}}

{{- define "claude-relay.values.completeRedis" -}}
  {{- include "claude-relay.values.all" (dict "context" . "defaults" (include "claude-relay.redis.defaults" . | fromJson)) -}}
{{- end -}}

{{/*
Usually Helm has set all defaults and there is no null. So a branch is only read if the number of its keys is too small, which
is enough, since the schema allows no other keys. Arguments: context, defaults.
*/}}
{{- define "claude-relay.values.all" -}}
  {{- if include "claude-relay.values.openshift" .context -}}
    {{- $_ := set .defaults.maps "podSecurityContext" (omit .defaults.maps.podSecurityContext "runAsUser" "runAsGroup" "fsGroup") -}}
  {{- end -}}
  {{- $nulls := contains ":null" (toJson .context.Values) -}}
  {{- include "claude-relay.values.branch" (dict "values" .context.Values "defaults" .defaults "nulls" $nulls) -}}
{{- end -}}

{{/* "true" if OpenShift chooses the user and the groups of the pods, from a range of the namespace. */}}
{{- define "claude-relay.values.openshift" -}}
  {{- /* `off` without quotes is false in YAML. Without the key, `get` returns an empty text. */ -}}
  {{- $mode := get (get .Values "global" | default dict) "openshift" | toString -}}
  {{- $served := .Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
  {{- if or (eq $mode "force") (and (has $mode (list "auto" "" "<nil>")) $served) -}}true{{- end -}}
{{- end -}}

{{/* Sets the defaults of a branch and of all branches below it. Arguments: values, defaults, nulls (whether there are any). */}}
{{- define "claude-relay.values.branch" -}}
  {{- $values := .values -}}
  {{- $nulls := .nulls -}}
  {{- if or $nulls (lt (len $values) (int .defaults.keys)) -}}
    {{- range $part := list .defaults.values .defaults.maps -}}
      {{- range $key, $default := $part -}}
        {{- if kindIs "invalid" (index $values $key) -}}{{- $_ := set $values $key $default -}}{{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- range $key, $default := .defaults.maps -}}
    {{- if or $default $nulls -}}
      {{- include "claude-relay.values.map" (list (get $values $key) $default) -}}
    {{- end -}}
  {{- end -}}
  {{- range $key, $branch := .defaults.branches -}}
    {{- $child := index $values $key -}}
    {{- if kindIs "invalid" $child -}}
      {{- $child = dict -}}
      {{- $_ := set $values $key $child -}}
    {{- end -}}
    {{- if or $nulls $branch.within (lt (len $child) (int $branch.keys)) -}}
      {{- include "claude-relay.values.branch" (dict "values" $child "defaults" $branch "nulls" $nulls) -}}
    {{- end -}}
  {{- end -}}
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
  {{- if has nil (values $values) -}}
    {{- range $key, $value := $values -}}
      {{- if kindIs "invalid" $value -}}{{- $_ := unset $values $key -}}{{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
