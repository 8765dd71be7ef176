{{/*
Exposure: the paths that an Ingress or an HTTPRoute forwards. The application answers /metrics without authentication, in
upper and lower case, so `/metrics` and `/prometheus` must be blocked. With strict paths, only the paths that the application
serves are forwarded. Otherwise, rules send the blocked paths to a Service that does not exist. A rule cannot be
case-insensitive, so annotations of each controller that can do this block the other spellings.
*/}}

{{/* The name of the Service that does not exist. */}}
{{- define "claude-relay.exposure.nowhere" -}}
{{- include "claude-relay.nameWith" (dict "context" . "suffix" "blocked") -}}
{{- end -}}

{{/* The blocked paths, in every spelling that the application or a proxy accepts. Valid for RE2 and for PCRE. */}}
{{- define "claude-relay.exposure.blockedPattern" -}}
(?i)^/+(metrics|prometheus)(/.*)?$
{{- end -}}

{{/* The paths of one host: YAML with `paths`, a list of path and pathType. Arguments: context, paths (of the values). */}}
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

{{/* Maximum duration of a request in seconds. */}}
{{- define "claude-relay.exposure.timeoutSeconds" -}}
{{- div (add (int64 .Values.config.requestTimeout) 999) 1000 -}}
{{- end -}}

{{/* Maximum duration of a request in the Gateway API, which allows five digits (GEP-2257): longer ones are in minutes. */}}
{{- define "claude-relay.exposure.gatewayTimeout" -}}
{{- $seconds := include "claude-relay.exposure.timeoutSeconds" . | int64 -}}
{{- if gt $seconds 99999 -}}
{{- printf "%dm" (div (add $seconds 59) 60) -}}
{{- else -}}
{{- printf "%ds" $seconds -}}
{{- end -}}
{{- end -}}

{{/* "true" if the rules of the HTTPRoute have timeouts. GKE refuses them, and the Gateway API has them since 1.2. */}}
{{- define "claude-relay.exposure.gatewayTimeouts" -}}
{{- $timeouts := .Values.httpRoute.timeouts -}}
{{- /* The only kind that shows a version since 1.2: it is v1 since 1.4. */ -}}
{{- $recent := .Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1/BackendTLSPolicy" -}}
{{- $gke := .Capabilities.APIVersions.Has "networking.gke.io/v1/GCPBackendPolicy" -}}
{{- $wanted := or $timeouts.request $timeouts.backendRequest (and $recent (not $gke)) -}}
{{- if or (eq $timeouts.mode "always") (and (eq $timeouts.mode "auto") $wanted) -}}true{{- end -}}
{{- end -}}

{{/* `tls` of the Ingress: a JSON list. An entry without hosts gets all hosts of the Ingress. */}}
{{- define "claude-relay.exposure.tls" -}}
{{- $hosts := list -}}
{{- range .Values.ingress.hosts -}}
{{- $hosts = append $hosts (get . "host") -}}
{{- end -}}
{{- $hosts = compact $hosts | uniq -}}
{{- $entries := list -}}
{{- range .Values.ingress.tls -}}
{{- $own := get . "hosts" | default $hosts -}}
{{- $entries = append $entries (merge (ternary (dict "hosts" $own) dict (not (empty $own))) (omit . "hosts")) -}}
{{- end -}}
{{- toJson $entries -}}
{{- end -}}

{{/* "true" if a Traefik Middleware is created: by the class or the kinds of the cluster, Traefik may serve the Ingress. */}}
{{- define "claude-relay.exposure.traefik" -}}
{{- $mode := .Values.ingress.traefikMiddleware -}}
{{- if .Values.ingress.enabled -}}
{{- $known := .Capabilities.APIVersions.Has "traefik.io/v1alpha1/Middleware" -}}
{{- $expected := or (contains "traefik" .Values.ingress.className) $known -}}
{{- $auto := and (eq $mode "auto") $expected (not .Values.ingress.strictPaths) -}}
{{- if or (eq $mode "always") $auto -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Annotations of the Ingress, for long streams without buffering and for all spellings of the blocked paths.
- ingress-nginx: with use-regex, all paths of a host are case-insensitive prefixes. It is not set with strictPaths, because
  the exact path `/` would then match all paths.
- HAProxy, both controllers: they ignore a rule to a missing Service, so the backend denies the paths.
- Traefik: it ignores such a rule too. A Middleware changes the path to one that the application does not serve.
Annotations of the values take precedence. The Middleware of the chart is added before those of the values.
*/}}
{{- define "claude-relay.exposure.annotations" -}}
{{- /* With its last line break, which toYaml removes: it can be that of a text. */ -}}
{{- $annotations := printf "%s\n" (include "claude-relay.annotations" (dict "context" . "own" .Values.ingress.annotations)) | fromYaml -}}
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
  {{- $fullname := include "claude-relay.fullname" . -}}
  {{- $live := get (lookup "v1" "Service" .Release.Namespace $fullname) "spec" -}}
  {{- if $live -}}
    {{- $was := get $live "clusterIP" | toString -}}
    {{- $set := .Values.service.clusterIP -}}
    {{- if or (and $set (ne $set $was)) (and (not $set) (eq $was "None")) }}
- service.clusterIP of an installed Service is immutable: set it to {{ quote $was }}
      {{- if ne $was "None" }}, leave it empty{{ end }}, or delete Service/{{ $fullname }} first
    {{- end }}
  {{- end }}
  {{- if .Values.ingress.enabled -}}
    {{- include "claude-relay.exposure.ingressGuards" . -}}
  {{- end -}}
  {{- include "claude-relay.exposure.templateGuards" . -}}
  {{- $served := .Values.servedPaths -}}
  {{- $blocked := printf "(?m)%s" (include "claude-relay.exposure.blockedPattern" .) -}}
  {{- $listed := concat $served.exact $served.prefixes -}}
  {{- $open := regexFindAll $blocked (join "\n" $listed) -1 -}}
  {{- range $path := has "/" $served.prefixes | ternary (append $open "/") $open }}
- servedPaths: {{ $path }} makes /metrics reachable from outside: remove it
  {{- end }}
  {{- $strict := dict "ingress" .Values.ingress "httpRoute" .Values.httpRoute }}
  {{- range $key, $values := $strict }}
    {{- if and $values.enabled $values.strictPaths (not $listed) }}
- {{ $key }}.strictPaths is true but servedPaths has no path: add a path to servedPaths.exact or servedPaths.prefixes
    {{- end }}
  {{- end }}
  {{- if .Values.httpRoute.enabled -}}
    {{- include "claude-relay.exposure.routeGuards" . -}}
  {{- end -}}
{{- end -}}

{{- define "claude-relay.exposure.routeGuards" -}}
  {{- $route := .Values.httpRoute -}}
  {{- if not $route.parentRefs }}
- httpRoute.enabled is true but httpRoute.parentRefs is empty: add a reference to the Gateway
  {{- end }}
  {{- if and (eq $route.timeouts.mode "never") (or $route.timeouts.request $route.timeouts.backendRequest) }}
- httpRoute.timeouts.mode is never but a timeout is set: set the mode to auto, or leave request and backendRequest empty
  {{- end }}
  {{- $blocked := include "claude-relay.exposure.blockedPattern" . -}}
  {{- $fullname := include "claude-relay.fullname" . -}}
  {{- range $index, $rule := $route.extraRules }}
    {{- $own := false }}
    {{- range get $rule "backendRefs" | default list }}
      {{- $own = or $own (eq (get . "name" | toString) $fullname) }}
    {{- end }}
    {{- $open := empty (get $rule "matches") }}
    {{- range get $rule "matches" | default list }}
      {{- $path := get . "path" | default (dict "value" "/") }}
      {{- $value := get $path "value" | default "/" | toString }}
      {{- $exact := eq (get $path "type" | toString) "Exact" }}
      {{- $open = or $open (regexMatch $blocked $value) (and (eq $value "/") (not $exact)) }}
    {{- end }}
    {{- if and $own $open }}
- httpRoute.extraRules[{{ $index }}] makes /metrics reachable from outside: change its matches or its backendRefs
    {{- end }}
  {{- end }}
{{- end -}}

{{/* Rejects the result of a template that is no host name or no name of a Secret. The schema checks texts that are none. */}}
{{- define "claude-relay.exposure.templateGuards" -}}
  {{- $label := "[a-z0-9]([-a-z0-9]*[a-z0-9])?" -}}
  {{- $name := printf "^(%s(\\.%s)*)?$" $label $label -}}
  {{- $texts := dict -}}
  {{- range $index, $host := .Values.ingress.hosts -}}
    {{- $_ := set $texts (printf "ingress.hosts[%d].host" $index) (get $host "host" | default "" | trimPrefix "*.") -}}
  {{- end -}}
  {{- range $index, $host := .Values.httpRoute.hostnames -}}
    {{- $_ := set $texts (printf "httpRoute.hostnames[%d]" $index) (trimPrefix "*." $host) -}}
  {{- end -}}
  {{- range $index, $tls := .Values.ingress.tls -}}
    {{- $_ := set $texts (printf "ingress.tls[%d].secretName" $index) (get $tls "secretName" | default "") -}}
  {{- end -}}
  {{- range $path, $text := $texts }}
    {{- if not (regexMatch $name $text) }}
- {{ $path }}: the result of its template is {{ quote $text }}, which is not a valid name: change the template
    {{- end }}
  {{- end }}
{{- end -}}

{{/* Argument: the values of `service`. */}}
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
- ingress.hosts[{{ $index }}].host: {{ quote $name }} appears twice: move its paths to one entry
    {{- end }}
    {{- $hosts = append $hosts $name }}
    {{- range $number, $path := get $host "paths" | default list }}
      {{- if regexMatch $blocked $path.path }}
- ingress.hosts[{{ $index }}].paths[{{ $number }}].path: {{ $path.path }} is blocked, because it exposes the metrics: remove it
      {{- end }}
    {{- end }}
  {{- end }}
  {{- /* A shared certificate can have hosts of other Ingresses, but an entry without any host of this one is a mistake. */ -}}
  {{- range $index, $tls := .Values.ingress.tls }}
    {{- $served := or (has "" $hosts) (not $hosts) (not (get $tls "hosts")) }}
    {{- range $host := get $tls "hosts" | default list }}
      {{- range $one := $hosts }}
        {{- $wildcards := list (regexReplaceAll "^[^.]+" $one "*") (regexReplaceAll "^[^.]+" $host "*") }}
        {{- if or (eq $one $host) (eq (first $wildcards) $host) (eq (last $wildcards) $one) }}
          {{- $served = true }}
        {{- end }}
      {{- end }}
    {{- end }}
    {{- if not $served }}
- ingress.tls[{{ $index }}].hosts: {{ join ", " $tls.hosts }} is not in ingress.hosts: add a host of ingress.hosts
    {{- end }}
  {{- end }}
  {{- $fullname := include "claude-relay.fullname" . }}
  {{- range $index, $path := .Values.ingress.extraPaths }}
    {{- $own := eq (get (get $path.backend "service" | default dict) "name" | toString) $fullname }}
    {{- if and $own (or (regexMatch $blocked $path.path) (eq $path.path "/")) }}
- ingress.extraPaths[{{ $index }}] makes /metrics reachable from outside: remove it, or use ingress.hosts
    {{- end }}
  {{- end }}
  {{- if eq (get (get .Values.ingress.defaultBackend "service" | default dict) "name" | toString) $fullname }}
- ingress.defaultBackend is the Service of the application, which makes /metrics reachable from outside: use ingress.hosts
  {{- end }}
  {{- $middleware := "traefik.io/v1alpha1/Middleware" }}
  {{- $missing := and (include "claude-relay.capabilities.cluster" .) (not (.Capabilities.APIVersions.Has $middleware)) }}
  {{- if and $missing (include "claude-relay.exposure.traefik" .) }}
- the cluster does not have {{ $middleware }}, with which Traefik blocks /metrics: install the CRDs of Traefik, or set
  ingress.strictPaths to true and ingress.traefikMiddleware to auto
  {{- end }}
{{- end -}}
