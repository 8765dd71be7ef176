{{/*
Contradictions: what the schema cannot see, because it takes two values, the cluster or the release's name to know.
All of them are told at once, each with the values path and the remedy.
*/}}

{{- define "claude-relay.guards" -}}
{{- $errors := list -}}
{{- $values := .Values -}}
{{- $capabilities := .Capabilities -}}
{{- $version := include "claude-relay.kubeVersion" . -}}
{{- $several := include "claude-relay.scaling.several" . -}}

{{- /* The cluster. "v1/Pod" is known only where a real one was asked. */ -}}
{{- if and (semverCompare "<1.19-0" $version) ($capabilities.APIVersions.Has "v1/Pod") -}}
{{- $errors = append $errors (printf "Kubernetes %s is too old: the chart needs 1.19 or later" $version) -}}
{{- end -}}
{{- $names := dict "fullnameOverride" (include "claude-relay.fullname" .) -}}
{{- if $values.redis.enabled -}}
{{- $_ := set $names "redis.fullnameOverride" (include "claude-relay.redis.fullname" (dict "values" $values.redis "release" .Release)) -}}
{{- end -}}
{{- range $path, $name := $names -}}
{{- if and (regexMatch "^[0-9]" $name) (semverCompare "<1.36-0" $version) -}}
{{- $errors = append $errors (printf "the name %s starts with a digit, which Kubernetes before 1.36 refuses of a Service, and this is %s: set %s" $name $version $path) -}}
{{- end -}}
{{- end -}}
{{- range $path, $wanted := dict "service.ipFamilyPolicy" "1.20" "service.ipFamilies" "1.20" "service.loadBalancerClass" "1.21" "service.internalTrafficPolicy" "1.21" -}}
{{- if and (get $values.service (trimPrefix "service." $path)) (semverCompare ">=1.19-0" $version) (semverCompare (printf "<%s-0" $wanted) $version) -}}
{{- $errors = append $errors (printf "%s needs Kubernetes %s, this is %s: leave it empty" $path $wanted $version) -}}
{{- end -}}
{{- end -}}
{{- range $part, $kind := dict "serviceMonitor" "monitoring.coreos.com/v1/ServiceMonitor" "prometheusRule" "monitoring.coreos.com/v1/PrometheusRule" "httpRoute" "gateway.networking.k8s.io/v1/HTTPRoute" -}}
{{- $part_values := get $values $part -}}
{{- if and $part_values.enabled (eq $part_values.ifCRDMissing "fail") (not ($capabilities.APIVersions.Has $kind)) -}}
{{- $errors = append $errors (printf "%s.enabled: the cluster does not know %s: install its CRD, or set %s.ifCRDMissing to render or skip" $part $kind $part) -}}
{{- end -}}
{{- end -}}

{{- /* Secrets. */ -}}
{{- $data := include "claude-relay.secrets.data" . | fromJson -}}
{{- if not $values.config.existingSecret -}}
{{- range $path, $key := dict "config.jwtSecret" "jwt-secret" "config.encryptionKey" "encryption-key" "config.adminPassword" "admin-password" -}}
{{- if not (get $data $key) -}}
{{- $errors = append $errors (printf "config.generateSecrets is false and %s is empty: set it, or name a Secret in config.existingSecret" $path) -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- range $path := list "jwtSecret" "encryptionKey" "adminUsername" "adminPassword" -}}
{{- if get $values.config $path -}}
{{- $errors = append $errors (printf "config.%s and config.existingSecret are both set: leave one empty" $path) -}}
{{- end -}}
{{- end -}}
{{- $found := include "claude-relay.secrets.lookup" (dict "name" $values.config.existingSecret "namespace" .Release.Namespace) | fromJson -}}
{{- if $found -}}
{{- range $name, $key := $values.config.existingSecretKeys -}}
{{- if not (hasKey $found $key) -}}
{{- $errors = append $errors (printf "Secret/%s has no key %s: add it, or name another in config.existingSecretKeys.%s" $values.config.existingSecret $key $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Redis. */ -}}
{{- $redis := dict "values" $values.redis "release" .Release -}}
{{- if $values.redis.enabled -}}
{{- range $key := list "host" "password" "existingSecret" "tls" -}}
{{- if get $values.externalRedis $key -}}
{{- $errors = append $errors (printf "redis.enabled is true and externalRedis.%s is set: set redis.enabled to false, or leave it out" $key) -}}
{{- end -}}
{{- end -}}
{{- if and $values.redis.persistence.existingClaim (not $values.redis.persistence.enabled) -}}
{{- $errors = append $errors "redis.persistence.existingClaim is set but redis.persistence.enabled is false: enable it, or leave the claim empty" -}}
{{- end -}}
{{- if regexMatch "(?im)^\\s*(dir|dbfilename|append[a-z]*name|appendonly|port|unixsocket|requirepass|user|aclfile|rename-command|include|daemonize|pidfile)\\s" $values.redis.extraConfig -}}
{{- $errors = append $errors "redis.extraConfig sets what the chart decides (dir, dbfilename, appendonly and its file names, port, unixsocket, requirepass, user, aclfile, rename-command, include, daemonize, pidfile): use redis.appendOnly, redis.auth and redis.service, or leave it out" -}}
{{- end -}}
{{- range $key := list "password" "existingSecret" -}}
{{- if and (get $values.redis.auth $key) (not $values.redis.auth.enabled) -}}
{{- $errors = append $errors (printf "redis.auth.%s is set but redis.auth.enabled is false: enable it, or leave it empty" $key) -}}
{{- end -}}
{{- end -}}
{{- if and $values.redis.auth.enabled (not $values.config.generateSecrets) (not $values.redis.auth.existingSecret) (not $values.redis.auth.password) (not (include "claude-relay.redis.keptPassword" $redis)) -}}
{{- $errors = append $errors "config.generateSecrets is false and redis.auth.password is empty: set it, or name a Secret in redis.auth.existingSecret" -}}
{{- end -}}
{{- $names := list (include "claude-relay.fullname" .) -}}
{{- range $suffix := list "blocked" "config" "fluent-bit" "fluent-bit-config" "metrics" "scripts" "secret" "test" -}}
{{- $names = append $names (include "claude-relay.nameWith" (dict "context" $ "suffix" $suffix)) -}}
{{- end -}}
{{- $redisName := include "claude-relay.redis.fullname" $redis -}}
{{- range $name := list $redisName (printf "%s-config" $redisName) (printf "%s-headless" $redisName) -}}
{{- if has $name $names -}}
{{- $errors = append $errors (printf "the application and Redis would both have an object called %s: change fullnameOverride, nameOverride or their like under redis" $name) -}}
{{- end -}}
{{- end -}}
{{- with include "claude-relay.redis.claimChanges" $redis -}}
{{- $errors = append $errors (printf "StatefulSet/%s has its claim for good (%s): set what was, or run kubectl delete statefulset %s --namespace %s --cascade=orphan first, which leaves the pod and the claim as they are" $redisName (trim . | replace "\n" ", ") $redisName $.Release.Namespace) -}}
{{- end -}}
{{- $redisAccount := default $redisName $values.redis.serviceAccount.name -}}
{{- if and $values.serviceAccount.create $values.redis.serviceAccount.create (eq (include "claude-relay.serviceAccountName" .) $redisAccount) -}}
{{- $errors = append $errors (printf "serviceAccount.name and redis.serviceAccount.name are both %s: change one, or let one chart not create it" $redisAccount) -}}
{{- end -}}
{{- if eq (include "claude-relay.redis.name" $redis) (include "claude-relay.name" .) -}}
{{- $errors = append $errors (printf "nameOverride and redis.nameOverride are both %s, so that each one's Service would select the other's pods: change one" (include "claude-relay.name" .)) -}}
{{- end -}}
{{- else -}}
{{- if not $values.externalRedis.host -}}
{{- $errors = append $errors "redis.enabled is false and externalRedis.host is empty, so there is no Redis: set one of them" -}}
{{- end -}}
{{- if and $values.externalRedis.password $values.externalRedis.existingSecret -}}
{{- $errors = append $errors "externalRedis.password and externalRedis.existingSecret are both set: leave one empty" -}}
{{- end -}}
{{- $ca := $values.externalRedis.tlsCA -}}
{{- if and $ca.existingSecret $ca.existingConfigMap -}}
{{- $errors = append $errors "externalRedis.tlsCA.existingSecret and externalRedis.tlsCA.existingConfigMap are both set: leave one empty" -}}
{{- end -}}
{{- if and (or $ca.existingSecret $ca.existingConfigMap) (not $values.externalRedis.tls) -}}
{{- $errors = append $errors "externalRedis.tlsCA is set but externalRedis.tls is false: set it to true" -}}
{{- end -}}
{{- end -}}

{{- /* Scaling. */ -}}
{{- if $values.autoscaling.enabled -}}
{{- if gt (int64 $values.autoscaling.minReplicas) (int64 $values.autoscaling.maxReplicas) -}}
{{- $errors = append $errors (printf "autoscaling.minReplicas (%d) is above autoscaling.maxReplicas (%d): lower the one or raise the other" (int64 $values.autoscaling.minReplicas) (int64 $values.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if not (or (int64 $values.autoscaling.targetCPUUtilizationPercentage) (int64 $values.autoscaling.targetMemoryUtilizationPercentage) $values.autoscaling.metrics) -}}
{{- $errors = append $errors "autoscaling.enabled is true but nothing is measured: set autoscaling.targetCPUUtilizationPercentage, autoscaling.targetMemoryUtilizationPercentage or autoscaling.metrics" -}}
{{- end -}}
{{- $requested := dict "resources" $values.resources -}}
{{- if include "claude-relay.fluentbit.enabled" . -}}
{{- $_ := set $requested "storage.logs.fluentbit.resources" $values.storage.logs.fluentbit.resources -}}
{{- end -}}
{{- if include "claude-relay.metrics.enabled" . -}}
{{- $_ := set $requested "metrics.exporter.resources" $values.metrics.exporter.resources -}}
{{- end -}}
{{- range $resource, $target := dict "cpu" $values.autoscaling.targetCPUUtilizationPercentage "memory" $values.autoscaling.targetMemoryUtilizationPercentage -}}
{{- range $path, $resources := $requested -}}
{{- if and (int64 $target) (not (or (hasKey (get $resources "requests" | default dict) $resource) (hasKey (get $resources "limits" | default dict) $resource))) -}}
{{- $errors = append $errors (printf "autoscaling measures %s against what every container requests, but %s.requests.%s is not set: set it" $resource $path $resource) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $several (include "claude-relay.storage.singleWriter" .) -}}
{{- $errors = append $errors (printf "several replicas cannot share a claim of this access mode: %s: use ReadWriteMany, or one replica without autoscaling" (include "claude-relay.storage.singleWriter" . | trim | replace "\n" ", ")) -}}
{{- end -}}
{{- if and $values.podDisruptionBudget.enabled (ne (toString $values.podDisruptionBudget.minAvailable) "") (ne (toString $values.podDisruptionBudget.maxUnavailable) "") -}}
{{- $errors = append $errors "podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable are both set: leave one empty" -}}
{{- end -}}

{{- /* The pod. */ -}}
{{- $needed := add (int64 $values.preStopSleepSeconds) 10 (ternary 5 0 (not (empty (include "claude-relay.fluentbit.enabled" .)))) -}}
{{- if lt (int64 $values.terminationGracePeriodSeconds) $needed -}}
{{- $errors = append $errors (printf "terminationGracePeriodSeconds (%d) is too short: preStopSleepSeconds, the application's own 10 seconds and Fluent Bit's 5 where it runs need %d" (int64 $values.terminationGracePeriodSeconds) $needed) -}}
{{- end -}}
{{- if has $values.config.host (list "127.0.0.1" "localhost" "::1") -}}
{{- $errors = append $errors (printf "config.host is %s, which no Service or probe reaches: use 0.0.0.0" $values.config.host) -}}
{{- end -}}
{{- range $path, $env := dict "extraEnv" $values.extraEnv "storage.logs.fluentbit.extraEnv" $values.storage.logs.fluentbit.extraEnv -}}
{{- $names := list -}}
{{- range $env -}}
{{- if has .name $names -}}
{{- $errors = append $errors (printf "%s names %s twice: remove one" $path .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}
{{- $volumes := dict "users" $values.extraVolumes "own" "claude-relay.pod.volumes" "key" "name" -}}
{{- $mounts := dict "users" $values.extraVolumeMounts "own" "claude-relay.pod.mounts" "key" "mountPath" -}}
{{- $sidecarMounts := dict "users" $values.storage.logs.fluentbit.extraVolumeMounts "own" "claude-relay.fluentbit.mounts" "key" "mountPath" -}}
{{- range $path, $part := dict "extraVolumes" $volumes "extraVolumeMounts" $mounts "storage.logs.fluentbit.extraVolumeMounts" $sidecarMounts -}}
{{- if $part.users -}}
{{- $taken := list -}}
{{- range (printf "own:\n%s" (include $part.own $ | indent 2) | fromYaml).own -}}
{{- $taken = append $taken (get . $part.key) -}}
{{- end -}}
{{- range $part.users -}}
{{- $one := get . $part.key -}}
{{- if has $one $taken -}}
{{- $errors = append $errors (printf "%s: the %s %s is taken: choose another" $path $part.key $one) -}}
{{- end -}}
{{- $taken = append $taken $one -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $containers := list "http" "wait-for-redis" "fluent-bit" "metrics" -}}
{{- range concat $values.initContainers $values.extraContainers -}}
{{- if has .name $containers -}}
{{- $errors = append $errors (printf "initContainers and extraContainers: the name %s is taken: choose another" .name) -}}
{{- end -}}
{{- $containers = append $containers .name -}}
{{- end -}}
{{- if and (include "claude-relay.metrics.enabled" .) (eq (int64 $values.metrics.exporter.port) (int64 $values.config.port)) -}}
{{- $errors = append $errors (printf "metrics.exporter.port and config.port are both %d: change one" (int64 $values.config.port)) -}}
{{- end -}}
{{- if include "claude-relay.fluentbit.enabled" . -}}
{{- range $path, $port := dict "config.port" $values.config.port "metrics.exporter.port" $values.metrics.exporter.port -}}
{{- if eq (int64 $port) 2020 -}}
{{- $errors = append $errors (printf "%s is 2020, which Fluent Bit's HTTP server uses: change it" $path) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Exposure. */ -}}
{{- if and (eq $values.service.type "ClusterIP") (int64 $values.service.nodePort) -}}
{{- $errors = append $errors "service.nodePort is set but service.type is ClusterIP: use NodePort or LoadBalancer, or leave it 0" -}}
{{- end -}}
{{- if and (eq $values.service.type "ClusterIP") $values.service.externalTrafficPolicy -}}
{{- $errors = append $errors "service.externalTrafficPolicy is set but service.type is ClusterIP: use NodePort or LoadBalancer, or leave it empty" -}}
{{- end -}}
{{- if and (eq $values.service.clusterIP "None") (ne $values.service.type "ClusterIP") -}}
{{- $errors = append $errors (printf "service.clusterIP is None but service.type is %s: use ClusterIP" $values.service.type) -}}
{{- end -}}
{{- if ne $values.service.type "LoadBalancer" -}}
{{- range $key := list "loadBalancerIP" "loadBalancerClass" "loadBalancerSourceRanges" -}}
{{- if get $values.service $key -}}
{{- $errors = append $errors (printf "service.%s is set but service.type is %s: use LoadBalancer, or leave it empty" $key $values.service.type) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $values.ingress.enabled -}}
{{- $hosts := list -}}
{{- range $index, $host := $values.ingress.hosts -}}
{{- $name := get $host "host" -}}
{{- if has $name $hosts -}}
{{- $errors = append $errors (printf "ingress.hosts[%d].host: %q stands twice: put its paths under one" $index $name) -}}
{{- end -}}
{{- $hosts = append $hosts $name -}}
{{- range $number, $path := get $host "paths" | default list -}}
{{- if regexMatch (include "claude-relay.exposure.blockedPattern" $) $path.path -}}
{{- $errors = append $errors (printf "ingress.hosts[%d].paths[%d].path: %s is never served: remove it" $index $number $path.path) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $index, $tls := $values.ingress.tls -}}
{{- $names := get $tls "hosts" -}}
{{- if not $names -}}
{{- $errors = append $errors (printf "ingress.tls[%d].hosts is empty: name the hosts the certificate is for" $index) -}}
{{- end -}}
{{- range $host := $names | default list -}}
{{- $served := or (has "" $hosts) (not $hosts) -}}
{{- range $one := $hosts -}}
{{- if or (eq $one $host) (eq (regexReplaceAll "^[^.]+" $one "*") $host) (eq (regexReplaceAll "^[^.]+" $host "*") $one) -}}
{{- $served = true -}}
{{- end -}}
{{- end -}}
{{- if not $served -}}
{{- $errors = append $errors (printf "ingress.tls[%d].hosts: %s is none of ingress.hosts: add it there" $index $host) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $index, $path := concat $values.servedPaths.exact $values.servedPaths.prefixes -}}
{{- if or (regexMatch (include "claude-relay.exposure.blockedPattern" $) $path) (and (eq $path "/") (has "/" $values.servedPaths.prefixes)) -}}
{{- $errors = append $errors (printf "servedPaths: %s would let /metrics pass: remove it" $path) -}}
{{- end -}}
{{- end -}}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) -}}
{{- $errors = append $errors "httpRoute.enabled is true but httpRoute.parentRefs is empty: name the Gateway" -}}
{{- end -}}

{{- /* Logs. */ -}}
{{- $fluentbit := $values.storage.logs.fluentbit -}}
{{- if include "claude-relay.fluentbit.enabled" . -}}
{{- $type := include "claude-relay.fluentbit.type" . -}}
{{- $common := .Files.Get "files/fluent-bit/outputs/_common.yaml" | fromYaml -}}
{{- $plugin := .Files.Get (printf "files/fluent-bit/outputs/%s.yaml" $type) | fromYaml -}}
{{- if and (eq $values.storage.logs.mode "forward") (not (has $fluentbit.output.type (list "stdout" "forward"))) -}}
{{- $errors = append $errors (printf "storage.logs.mode is forward and storage.logs.fluentbit.output.type is %s: use the mode fluentbit for that output" $fluentbit.output.type) -}}
{{- end -}}
{{- $known := concat $common.keys $plugin.keys -}}
{{- $given := dict -}}
{{- range $key := concat (keys $fluentbit.output.config | sortAlpha) (keys $fluentbit.output.existingSecretKeys | sortAlpha) -}}
{{- if and $fluentbit.output.checkKeys (not (regexMatch (include "claude-relay.fluentbit.keyPattern" $known) $key)) -}}
{{- $errors = append $errors (printf "storage.logs.fluentbit.output.config.%s is no key of the output %s: use one of %s, or set storage.logs.fluentbit.output.checkKeys to false" $key $type (join " " (sortAlpha $known))) -}}
{{- end -}}
{{- if hasKey $given (lower $key) -}}
{{- $errors = append $errors (printf "storage.logs.fluentbit.output: %s is given twice (keys are case-insensitive, and a key has its value from config or from existingSecretKeys): remove one" $key) -}}
{{- end -}}
{{- $_ := set $given (lower $key) true -}}
{{- end -}}
{{- if hasKey $given "name" -}}
{{- $errors = append $errors "storage.logs.fluentbit.output.config.Name: the plugin is storage.logs.fluentbit.output.type: remove it" -}}
{{- end -}}
{{- range $key := $plugin.required -}}
{{- if not (hasKey $given $key) -}}
{{- $errors = append $errors (printf "storage.logs.fluentbit.output.config has no %s, which the output %s needs: set it" $key $type) -}}
{{- end -}}
{{- end -}}
{{- if and $fluentbit.output.existingSecretKeys (not $fluentbit.output.existingSecret) -}}
{{- $errors = append $errors "storage.logs.fluentbit.output.existingSecretKeys is set but storage.logs.fluentbit.output.existingSecret is empty: name the Secret" -}}
{{- end -}}
{{- end -}}

{{- if $errors -}}
{{- fail (printf "\n\nThese values do not go together:\n  - %s\n" (join "\n  - " $errors)) -}}
{{- end -}}
{{- end -}}
