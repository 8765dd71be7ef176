{{/*
Exposure: what may be reached from outside, by Ingress and HTTPRoute alike. The application answers /metrics without
asking who one is, in any spelling of upper and lower case, and `/metrics` and `/prometheus` must not pass. Rules lead
them to a Service that does not exist; what a rule cannot say (case) is added for each controller that can.
*/}}

{{/* The Service that does not exist. */}}
{{- define "claude-relay.exposure.nowhere" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "blocked") -}}
{{- end -}}

{{/* The paths that are blocked, in every spelling that the application or a proxy may take for them: RE2 and PCRE. */}}
{{- define "claude-relay.exposure.blockedPattern" -}}
(?i)^/+(metrics|prometheus)(/.*)?$
{{- end -}}

{{/* The paths of one host: YAML with `paths`, a list of path and pathType. Takes: context, paths (the user's). */}}
{{- define "claude-relay.exposure.paths" -}}
{{- $values := .context.Values -}}
{{- $paths := list -}}
{{- range get . "paths" | default (list (dict "path" "/")) -}}
{{- if and $values.ingress.strictPaths (eq .path "/") -}}
{{- range $values.servedPaths.exact -}}
{{- $paths = append $paths (dict "path" . "pathType" "Exact") -}}
{{- end -}}
{{- range $values.servedPaths.prefixes -}}
{{- $paths = append $paths (dict "path" . "pathType" "Prefix") -}}
{{- end -}}
{{- else -}}
{{- $paths = append $paths (dict "path" .path "pathType" (get . "pathType" | default "Prefix")) -}}
{{- end -}}
{{- end -}}
paths: {{ toJson $paths }}
{{- end -}}

{{/* Seconds that one answer may take. */}}
{{- define "claude-relay.exposure.timeoutSeconds" -}}
{{- div (add (int64 .Values.config.requestTimeout) 999) 1000 -}}
{{- end -}}

{{/* The same as a duration of the Gateway API, which takes five digits (GEP-2257): longer ones are told in minutes. */}}
{{- define "claude-relay.exposure.gatewayTimeout" -}}
{{- $seconds := include "claude-relay.exposure.timeoutSeconds" . | int64 -}}
{{- if gt $seconds 99999 -}}
{{- printf "%dm" (div (add $seconds 59) 60) -}}
{{- else -}}
{{- printf "%ds" $seconds -}}
{{- end -}}
{{- end -}}

{{/* "true" where a Traefik Middleware is written: the class or the cluster tells that Traefik may serve the Ingress. */}}
{{- define "claude-relay.exposure.traefik" -}}
{{- $mode := .Values.ingress.traefikMiddleware -}}
{{- if .Values.ingress.enabled -}}
{{- $known := .Capabilities.APIVersions.Has "traefik.io/v1alpha1/Middleware" -}}
{{- $expected := or (contains "traefik" .Values.ingress.className) $known -}}
{{- if or (eq $mode "always") (and (eq $mode "auto") $expected) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Annotations of the Ingress: long streams without buffering, and every spelling of the blocked paths.
- ingress-nginx: with use-regex all paths of a host are compared without regard to case, and as the start of a path: not
  with strictPaths, whose exact `/` would then match everything.
- HAProxy, both controllers: a rule to a missing Service is dropped, so the backend itself denies.
- Traefik: likewise; a Middleware leads the request to a path that the application does not serve.
The user's annotations win, except that the Middleware is put before the user's own.
*/}}
{{- define "claude-relay.exposure.annotations" -}}
{{- $annotations := deepCopy .Values.ingress.annotations -}}
{{- $seconds := include "claude-relay.exposure.timeoutSeconds" . -}}
{{- $deny := printf "http-request deny deny_status 404 if { path,url_dec -i -m reg ^/+(metrics|prometheus)(/|$) }\n" -}}
{{- if .Values.ingress.controllerAnnotations -}}
{{- $nginx := dict "proxy-read-timeout" $seconds "proxy-send-timeout" $seconds "proxy-body-size" "100m" -}}
{{- $_ := merge $nginx (dict "proxy-buffering" "off" "proxy-request-buffering" "off") -}}
{{- if not .Values.ingress.strictPaths -}}
{{- $_ := set $nginx "use-regex" "true" -}}
{{- end -}}
{{- $timeout := printf "%ss" $seconds -}}
{{- $haproxytech := dict "backend-config-snippet" $deny "timeout-server" $timeout -}}
{{- $haproxy := dict "config-backend" $deny "timeout-server" $timeout "timeout-tunnel" $timeout -}}
{{- $prefixes := dict "nginx.ingress.kubernetes.io" $nginx "haproxy.org" $haproxytech "haproxy-ingress.github.io" $haproxy -}}
{{- range $prefix, $settings := $prefixes -}}
{{- range $key, $value := $settings -}}
{{- $name := printf "%s/%s" $prefix $key -}}
{{- if not (hasKey $annotations $name) -}}
{{- $_ := set $annotations $name $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if include "claude-relay.exposure.traefik" . -}}
{{- $key := "traefik.ingress.kubernetes.io/router.middlewares" -}}
{{- $own := printf "%s-%s@kubernetescrd" .Release.Namespace (include "claude-relay.exposure.nowhere" .) -}}
{{- $_ := set $annotations $key (compact (list $own (get $annotations $key)) | join ",") -}}
{{- end -}}
{{- if $annotations -}}
{{- toYaml $annotations -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.exposure.guards" -}}
  {{- include "claude-relay.exposure.serviceGuards" .Values.service -}}
  {{- $live := get (lookup "v1" "Service" .Release.Namespace (include "claude-relay.fullname" .)) "spec" -}}
  {{- if $live -}}
    {{- $was := get $live "clusterIP" | toString -}}
    {{- $set := .Values.service.clusterIP -}}
    {{- if or (and $set (ne $set $was)) (and (not $set) (eq $was "None")) }}
- service.clusterIP of an installed Service cannot be changed: set it to {{ quote $was }}
      {{- if ne $was "None" }}, leave it empty{{ end }}, or delete Service/{{ include "claude-relay.fullname" . }} first
    {{- end }}
  {{- end }}
  {{- if .Values.ingress.enabled -}}
    {{- include "claude-relay.exposure.ingressGuards" . -}}
  {{- end -}}
  {{- $served := .Values.servedPaths -}}
  {{- $blocked := include "claude-relay.exposure.blockedPattern" . -}}
  {{- range $path := concat $served.exact $served.prefixes }}
    {{- if or (regexMatch $blocked $path) (and (eq $path "/") (has "/" $served.prefixes)) }}
- servedPaths: {{ $path }} would let /metrics pass: remove it
    {{- end }}
  {{- end }}
  {{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
- httpRoute.enabled is true but httpRoute.parentRefs is empty: name the Gateway
  {{- end }}
{{- end -}}

{{/* Takes: the values under `service`. */}}
{{- define "claude-relay.exposure.serviceGuards" -}}
  {{- if eq .type "ClusterIP" -}}
    {{- if int64 .nodePort }}
- service.nodePort is set but service.type is ClusterIP: use NodePort or LoadBalancer, or set service.nodePort to 0
    {{- end }}
    {{- if .externalTrafficPolicy }}
- service.externalTrafficPolicy is set but service.type is ClusterIP: use NodePort or LoadBalancer, or leave it empty
    {{- end }}
  {{- else if eq .clusterIP "None" }}
- service.clusterIP is None but service.type is {{ .type }}: use ClusterIP
  {{- end }}
  {{- if ne .type "LoadBalancer" }}
    {{- range $key := list "loadBalancerIP" "loadBalancerClass" "loadBalancerSourceRanges" }}
      {{- if get $ $key }}
- service.{{ $key }} is set but service.type is {{ $.type }}: use LoadBalancer, or leave service.{{ $key }} empty
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-relay.exposure.ingressGuards" -}}
  {{- $blocked := include "claude-relay.exposure.blockedPattern" . -}}
  {{- $hosts := list -}}
  {{- range $index, $host := .Values.ingress.hosts }}
    {{- $name := get $host "host" }}
    {{- if has $name $hosts }}
- ingress.hosts[{{ $index }}].host: {{ quote $name }} appears twice: put its paths under one
    {{- end }}
    {{- $hosts = append $hosts $name }}
    {{- range $number, $path := get $host "paths" | default list }}
      {{- if regexMatch $blocked $path.path }}
- ingress.hosts[{{ $index }}].paths[{{ $number }}].path: {{ $path.path }} is never served: remove it
      {{- end }}
    {{- end }}
  {{- end }}
  {{- range $index, $tls := .Values.ingress.tls }}
    {{- if not (get $tls "hosts") }}
- ingress.tls[{{ $index }}].hosts is empty: name the hosts of the certificate
    {{- end }}
    {{- range $host := get $tls "hosts" | default list }}
      {{- $served := or (has "" $hosts) (not $hosts) }}
      {{- range $one := $hosts }}
        {{- $wildcards := list (regexReplaceAll "^[^.]+" $one "*") (regexReplaceAll "^[^.]+" $host "*") }}
        {{- if or (eq $one $host) (eq (first $wildcards) $host) (eq (last $wildcards) $one) }}
          {{- $served = true }}
        {{- end }}
      {{- end }}
      {{- if not $served }}
- ingress.tls[{{ $index }}].hosts: {{ $host }} is none of ingress.hosts: add it there
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
