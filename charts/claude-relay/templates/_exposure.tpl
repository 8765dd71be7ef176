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
{{- if or (eq $mode "always") (and (eq $mode "auto") (or (contains "traefik" .Values.ingress.className) (.Capabilities.APIVersions.Has "traefik.io/v1alpha1/Middleware"))) -}}true{{- end -}}
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
{{- $nginx := dict "nginx.ingress.kubernetes.io/proxy-read-timeout" $seconds "nginx.ingress.kubernetes.io/proxy-send-timeout" $seconds "nginx.ingress.kubernetes.io/proxy-buffering" "off" "nginx.ingress.kubernetes.io/proxy-request-buffering" "off" "nginx.ingress.kubernetes.io/proxy-body-size" "100m" -}}
{{- $haproxytech := dict "haproxy.org/backend-config-snippet" $deny "haproxy.org/timeout-server" (printf "%ss" $seconds) -}}
{{- $haproxy := dict "haproxy-ingress.github.io/config-backend" $deny "haproxy-ingress.github.io/timeout-server" (printf "%ss" $seconds) "haproxy-ingress.github.io/timeout-tunnel" (printf "%ss" $seconds) -}}
{{- if not .Values.ingress.strictPaths -}}
{{- $_ := set $nginx "nginx.ingress.kubernetes.io/use-regex" "true" -}}
{{- end -}}
{{- $annotations = merge $annotations $nginx $haproxytech $haproxy -}}
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
