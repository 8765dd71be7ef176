{{/*
Private certificate authorities (CAs) that the application trusts. Node.js reads them from one file, NODE_EXTRA_CA_CERTS, so an
init container writes the certificates of all of them into one.
*/}}

{{/* The CAs: a JSON list of kind (Secret or ConfigMap), name and key. The first is that of an external Redis. */}}
{{- define "claude-relay.authorities.list" -}}
  {{- $given := .Values.certificateAuthorities -}}
  {{- if and (not .Values.redis.enabled) .Values.externalRedis.tls -}}
    {{- $given = prepend $given .Values.externalRedis.tlsCA -}}
  {{- end -}}
  {{- $authorities := list -}}
  {{- range $given -}}
    {{- $key := get . "key" | default "ca.crt" -}}
    {{- if get . "existingSecret" -}}
      {{- $authorities = append $authorities (dict "kind" "Secret" "name" .existingSecret "key" $key) -}}
    {{- else if get . "existingConfigMap" -}}
      {{- $authorities = append $authorities (dict "kind" "ConfigMap" "name" .existingConfigMap "key" $key) -}}
    {{- end -}}
  {{- end -}}
  {{- toJson $authorities -}}
{{- end -}}

{{/* The volumes of the certificates and of the file with all of them: items of a YAML list. */}}
{{- define "claude-relay.authorities.volumes" -}}
{{- with include "claude-relay.authorities.list" . | fromJsonArray }}
- name: authorities
  projected:
    sources:
      {{- range $index, $authority := . }}
      - {{ ternary "secret" "configMap" (eq .kind "Secret") }}:
          name: {{ .name | quote }}
          items:
            - key: {{ .key | quote }}
              path: {{ printf "%d.crt" $index | quote }}
      {{- end }}
- name: authorities-bundle
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* The volume mount of the file with all certificates: an item of a YAML list. */}}
{{- define "claude-relay.authorities.mount" -}}
{{- if include "claude-relay.authorities.list" . | fromJsonArray }}
- name: authorities-bundle
  mountPath: /etc/claude-relay/bundle
  readOnly: true
{{- end }}
{{- end -}}

{{- define "claude-relay.authorities.guards" -}}
  {{- $given := dict "externalRedis.tlsCA" .Values.externalRedis.tlsCA -}}
  {{- range $index, $authority := .Values.certificateAuthorities -}}
    {{- $_ := set $given (printf "certificateAuthorities[%d]" $index) $authority -}}
  {{- end -}}
  {{- range $path, $authority := $given }}
    {{- $secret := get $authority "existingSecret" }}
    {{- $map := get $authority "existingConfigMap" }}
    {{- if and $secret $map }}
- {{ $path }}.existingSecret and {{ $path }}.existingConfigMap are both set: leave one empty
    {{- else if not (or $secret $map (eq $path "externalRedis.tlsCA")) }}
- {{ $path }} names no certificate: set its existingSecret or its existingConfigMap
    {{- end }}
  {{- end }}
{{- end -}}
