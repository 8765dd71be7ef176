{{/* Written by `make generate` from schema/values/: change the defaults there. */}}

{{- define "claude-relay.defaults.complete" -}}
{{- $keys0 := len (keys .) -}}
{{- if eq (int $keys0) 67 -}}
{{- $keys1 := len (keys .image (pick .global "imageRegistry" "imagePullSecrets" "openshift" "secretsJob") .adminSetup) -}}
{{- $keys1 = add $keys1 (len (keys .secretsJob .config .externalRedis .waitForRedis .service .ingress .httpRoute .servedPaths)) -}}
{{- $keys1 = add $keys1 (len (keys .networkPolicy .autoscaling .podDisruptionBudget .startupProbe .livenessProbe .readinessProbe)) -}}
{{- $keys1 = add $keys1 (len (keys .serviceAccount .helmTest .storage .metrics .serviceMonitor .prometheusRule)) -}}
{{- if eq (int $keys1) 163 -}}
{{- $keys2 := len (keys .config.existingSecretKeys .externalRedis.tlsCA .httpRoute.timeouts .storage.data .storage.logs) -}}
{{- $keys2 = add $keys2 (len (keys .metrics.exporter)) -}}
{{- if eq (int $keys2) 25 -}}
{{- $keys3 := len (keys .storage.data.persistence .storage.data.external .storage.logs.fluentbit .storage.logs.persistence) -}}
{{- $keys3 = add $keys3 (len (keys .metrics.exporter.image .metrics.exporter.livenessProbe .metrics.exporter.readinessProbe)) -}}
{{- if eq (int $keys3) 51 -}}
{{- $keys4 := len (keys .storage.logs.fluentbit.image .storage.logs.fluentbit.livenessProbe) -}}
{{- $keys4 = add $keys4 (len (keys .storage.logs.fluentbit.readinessProbe .storage.logs.fluentbit.output)) -}}
{{- if eq (int $keys4) 23 -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.defaults.maps" -}}
{
 "": {
  "resources": {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "100m", "memory": "256Mi"}},
  "podSecurityContext": {
   "runAsNonRoot": true,
   "runAsUser": 10001,
   "runAsGroup": 10001,
   "fsGroup": 10001,
   "fsGroupChangePolicy": "OnRootMismatch",
   "seccompProfile": {"type": "RuntimeDefault"}
  },
  "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}}
 },
 "adminSetup": {"resources": {"limits": {"cpu": "200m", "memory": "128Mi"}, "requests": {"cpu": "10m", "memory": "32Mi"}}},
 "secretsJob": {"resources": {"limits": {"cpu": "200m", "memory": "128Mi"}, "requests": {"cpu": "10m", "memory": "32Mi"}}},
 "waitForRedis": {"resources": {"limits": {"cpu": "200m", "memory": "128Mi"}, "requests": {"cpu": "10m", "memory": "64Mi"}}},
 "helmTest": {"resources": {"limits": {"cpu": "200m", "memory": "128Mi"}, "requests": {"cpu": "10m", "memory": "64Mi"}}},
 "storage.logs.fluentbit": {"resources": {"limits": {"cpu": "100m", "memory": "128Mi"}, "requests": {"cpu": "50m", "memory": "64Mi"}}},
 "metrics.exporter": {"resources": {"limits": {"cpu": "100m", "memory": "64Mi"}, "requests": {"cpu": "10m", "memory": "32Mi"}}}
}
{{- end -}}

{{- define "claude-relay.defaults.values" -}}
{
 "": {
  "enabled": true,
  "nameOverride": "",
  "fullnameOverride": "",
  "kubeVersion": "",
  "allowDataLoss": false,
  "commonLabels": {},
  "commonAnnotations": {},
  "deploymentAnnotations": {},
  "configMapAnnotations": {},
  "secretAnnotations": {},
  "imagePullSecrets": [],
  "certificateAuthorities": [],
  "replicaCount": 1,
  "externalScaling": false,
  "strategy": {},
  "revisionHistoryLimit": 10,
  "nodeSelector": {},
  "tolerations": [],
  "affinity": {},
  "topologySpreadConstraints": [],
  "hostAliases": [],
  "dnsPolicy": "",
  "dnsConfig": {},
  "enableServiceLinks": true,
  "priorityClassName": "",
  "runtimeClassName": "",
  "preStopSleepSeconds": 10,
  "lifecycle": {},
  "command": [],
  "args": [],
  "terminationGracePeriodSeconds": 45,
  "podAnnotations": {},
  "podLabels": {},
  "extraEnv": [],
  "extraEnvFrom": [],
  "extraVolumes": [],
  "extraVolumeMounts": [],
  "extraContainers": [],
  "initContainers": [],
  "extraObjects": []
 },
 "image": {
  "repository": "ghcr.io/wei-shaw/claude-relay-service",
  "tag": "",
  "digest": "",
  "pullPolicy": "IfNotPresent"
 },
 "global": {"imageRegistry": "", "imagePullSecrets": [], "openshift": "auto", "secretsJob": false},
 "adminSetup": {"enabled": true},
 "secretsJob": {"annotations": {}, "podAnnotations": {}, "podLabels": {}},
 "config": {
  "nodeEnv": "production",
  "port": 3000,
  "host": "0.0.0.0",
  "jwtSecret": "",
  "encryptionKey": "",
  "generateSecrets": true,
  "existingSecret": "",
  "adminSessionTimeout": 86400000,
  "apiKeyPrefix": "cr_",
  "adminUsername": "",
  "adminPassword": "",
  "logLevel": "info",
  "logMaxSize": "10m",
  "logMaxFiles": 5,
  "cleanupInterval": 3600000,
  "rateLimitCleanupInterval": 5,
  "tokenUsageRetention": 2592000000,
  "healthCheckInterval": 60000,
  "timezoneOffset": 8,
  "defaultTokenLimit": 1000000,
  "requestTimeout": 600000,
  "trustProxy": "auto",
  "env": {},
  "secretEnv": {},
  "checkEnvNames": true
 },
 "config.existingSecretKeys": {
  "jwtSecret": "jwt-secret",
  "encryptionKey": "encryption-key",
  "adminUsername": "admin-username",
  "adminPassword": "admin-password"
 },
 "externalRedis": {
  "host": "",
  "port": 6379,
  "password": "",
  "existingSecret": "",
  "existingSecretPasswordKey": "redis-password",
  "database": 0,
  "tls": false
 },
 "externalRedis.tlsCA": {"existingSecret": "", "existingConfigMap": "", "key": "ca.crt"},
 "waitForRedis": {"enabled": true},
 "service": {
  "type": "ClusterIP",
  "port": 80,
  "annotations": {},
  "labels": {},
  "clusterIP": "",
  "nodePort": 0,
  "loadBalancerIP": "",
  "loadBalancerClass": "",
  "loadBalancerSourceRanges": [],
  "externalIPs": [],
  "externalTrafficPolicy": "",
  "internalTrafficPolicy": "",
  "sessionAffinity": "",
  "ipFamilyPolicy": "",
  "ipFamilies": []
 },
 "ingress": {
  "enabled": false,
  "className": "",
  "annotations": {},
  "labels": {},
  "controllerAnnotations": true,
  "traefikMiddleware": "auto",
  "middlewareAnnotations": {},
  "strictPaths": false,
  "hosts": [],
  "tls": [],
  "extraPaths": [],
  "defaultBackend": {}
 },
 "httpRoute": {
  "enabled": false,
  "annotations": {},
  "labels": {},
  "parentRefs": [],
  "hostnames": [],
  "strictPaths": true,
  "ifCRDMissing": "render",
  "filters": [],
  "extraRules": []
 },
 "httpRoute.timeouts": {"mode": "auto", "request": "", "backendRequest": ""},
 "servedPaths": {
  "exact": ["/"],
  "prefixes": [
   "/api",
   "/claude",
   "/antigravity",
   "/gemini-cli",
   "/gemini",
   "/openai",
   "/droid",
   "/azure",
   "/admin",
   "/admin-next",
   "/users",
   "/web",
   "/apiStats",
   "/health"
  ]
 },
 "networkPolicy": {"enabled": true, "ingressFrom": [], "metricsFrom": [], "extraIngress": [], "annotations": {}, "egress": []},
 "autoscaling": {
  "enabled": false,
  "annotations": {},
  "minReplicas": 1,
  "maxReplicas": 100,
  "targetCPUUtilizationPercentage": 80,
  "targetMemoryUtilizationPercentage": 0,
  "metrics": [],
  "behavior": {}
 },
 "podDisruptionBudget": {"enabled": false, "annotations": {}, "minAvailable": "", "maxUnavailable": ""},
 "startupProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 3,
  "timeoutSeconds": 5,
  "failureThreshold": 40,
  "successThreshold": 1,
  "custom": {}
 },
 "livenessProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 10,
  "timeoutSeconds": 5,
  "failureThreshold": 6,
  "successThreshold": 1,
  "custom": {}
 },
 "readinessProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 10,
  "timeoutSeconds": 5,
  "failureThreshold": 3,
  "successThreshold": 1,
  "custom": {}
 },
 "serviceAccount": {"create": true, "name": "", "automount": false, "annotations": {}},
 "helmTest": {"enabled": true, "annotations": {}, "labels": {}, "nodeSelector": {}, "tolerations": [], "affinity": {}},
 "storage": {},
 "storage.data": {"type": "emptyDir", "sizeLimit": "256Mi"},
 "storage.data.persistence": {"size": "1Gi", "storageClass": "", "accessMode": "ReadWriteOnce", "existingClaim": "", "annotations": {}},
 "storage.data.external": {
  "enabled": false,
  "size": "1Gi",
  "storageClass": "",
  "accessMode": "ReadWriteOnce",
  "existingClaim": "",
  "annotations": {}
 },
 "storage.logs": {"mode": "fluentbit", "sizeLimit": "1Gi"},
 "storage.logs.fluentbit": {
  "enabled": true,
  "logLevel": "info",
  "refreshIntervalSeconds": 0.2,
  "extraFields": [],
  "shipCopies": false,
  "shipHealthChecks": false,
  "shipDebug": false,
  "bufferSize": "256Mi",
  "extraEnv": [],
  "extraEnvFrom": [],
  "extraVolumeMounts": []
 },
 "storage.logs.fluentbit.image": {"repository": "fluent/fluent-bit", "tag": "5.1.1", "digest": "", "pullPolicy": "IfNotPresent"},
 "storage.logs.fluentbit.livenessProbe": {
  "enabled": true,
  "initialDelaySeconds": 10,
  "periodSeconds": 20,
  "timeoutSeconds": 5,
  "failureThreshold": 3,
  "successThreshold": 1,
  "custom": {}
 },
 "storage.logs.fluentbit.readinessProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 20,
  "timeoutSeconds": 5,
  "failureThreshold": 10,
  "successThreshold": 1,
  "custom": {}
 },
 "storage.logs.fluentbit.output": {"type": "stdout", "config": {}, "checkKeys": true, "existingSecret": "", "existingSecretKeys": {}},
 "storage.logs.persistence": {
  "enabled": false,
  "size": "10Gi",
  "storageClass": "",
  "accessMode": "ReadWriteOnce",
  "existingClaim": "",
  "annotations": {}
 },
 "metrics": {},
 "metrics.exporter": {"mode": "auto", "port": 7979, "serviceAnnotations": {}},
 "metrics.exporter.image": {
  "repository": "quay.io/prometheuscommunity/json-exporter",
  "tag": "v0.7.0",
  "digest": "",
  "pullPolicy": "IfNotPresent"
 },
 "metrics.exporter.livenessProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 20,
  "timeoutSeconds": 5,
  "failureThreshold": 3,
  "successThreshold": 1,
  "custom": {}
 },
 "metrics.exporter.readinessProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 20,
  "timeoutSeconds": 5,
  "failureThreshold": 10,
  "successThreshold": 1,
  "custom": {}
 },
 "serviceMonitor": {
  "enabled": false,
  "namespace": "",
  "labels": {},
  "annotations": {},
  "interval": "30s",
  "scrapeTimeout": "10s",
  "path": "/prometheus",
  "port": "http",
  "relabelings": [],
  "metricRelabelings": [],
  "namespaceSelector": {},
  "honorLabels": false,
  "jobLabel": "",
  "ifCRDMissing": "render"
 },
 "prometheusRule": {
  "enabled": false,
  "namespace": "",
  "labels": {},
  "annotations": {},
  "defaultRules": true,
  "rules": [],
  "ifCRDMissing": "render"
 }
}
{{- end -}}

{{- define "claude-relay.redis.defaults.complete" -}}
{{- $keys0 := len (keys .) -}}
{{- if eq (int $keys0) 36 -}}
{{- $keys1 := len (keys .image .auth .persistence .service .networkPolicy .livenessProbe .readinessProbe .serviceAccount) -}}
{{- $keys1 = add $keys1 (len (keys .volumePermissions (pick .global "imageRegistry" "imagePullSecrets" "openshift" "secretsJob"))) -}}
{{- if eq (int $keys1) 45 -}}
true
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "claude-relay.redis.defaults.maps" -}}
{
 "": {
  "resources": {"limits": {"cpu": "250m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
  "podSecurityContext": {
   "runAsNonRoot": true,
   "runAsUser": 999,
   "runAsGroup": 999,
   "fsGroup": 999,
   "fsGroupChangePolicy": "OnRootMismatch",
   "seccompProfile": {"type": "RuntimeDefault"}
  },
  "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}}
 },
 "volumePermissions": {
  "resources": {"limits": {"cpu": "200m", "memory": "64Mi"}, "requests": {"cpu": "10m", "memory": "16Mi"}},
  "securityContext": {
   "runAsUser": 0,
   "runAsGroup": 0,
   "runAsNonRoot": false,
   "allowPrivilegeEscalation": false,
   "readOnlyRootFilesystem": true,
   "capabilities": {"drop": ["ALL"], "add": ["CHOWN", "DAC_OVERRIDE"]}
  }
 }
}
{{- end -}}

{{- define "claude-relay.redis.defaults.values" -}}
{
 "": {
  "enabled": true,
  "nameOverride": "",
  "fullnameOverride": "",
  "commonLabels": {},
  "commonAnnotations": {},
  "statefulSetAnnotations": {},
  "configMapAnnotations": {},
  "secretAnnotations": {},
  "imagePullSecrets": [],
  "appendOnly": true,
  "appendOnlyRepair": "tail",
  "maxMemory": "auto",
  "extraConfig": "",
  "podAnnotations": {},
  "podLabels": {},
  "nodeSelector": {},
  "tolerations": [],
  "affinity": {},
  "priorityClassName": "",
  "initContainers": [],
  "extraVolumes": [],
  "extraVolumeMounts": [],
  "terminationGracePeriodSeconds": 30
 },
 "image": {"repository": "docker.io/redis", "tag": "", "digest": "", "pullPolicy": "IfNotPresent"},
 "auth": {"enabled": false, "password": "", "existingSecret": "", "existingSecretPasswordKey": "redis-password"},
 "persistence": {
  "enabled": true,
  "size": "1Gi",
  "storageClass": "",
  "accessMode": "ReadWriteOnce",
  "existingClaim": "",
  "annotations": {}
 },
 "service": {"port": 6379, "annotations": {}, "headlessAnnotations": {}},
 "networkPolicy": {"enabled": true, "extraIngress": [], "annotations": {}},
 "livenessProbe": {
  "enabled": true,
  "initialDelaySeconds": 20,
  "periodSeconds": 10,
  "timeoutSeconds": 5,
  "failureThreshold": 18,
  "successThreshold": 1,
  "custom": {}
 },
 "readinessProbe": {
  "enabled": true,
  "initialDelaySeconds": 0,
  "periodSeconds": 5,
  "timeoutSeconds": 3,
  "failureThreshold": 3,
  "successThreshold": 1,
  "custom": {}
 },
 "serviceAccount": {"create": true, "name": "", "automount": false, "annotations": {}},
 "volumePermissions": {"enabled": false},
 "global": {"imageRegistry": "", "imagePullSecrets": [], "openshift": "auto", "secretsJob": false}
}
{{- end -}}
