{{/* Written by `make generate` from schema/values/: change the defaults there. */}}

{{- define "claude-relay.redis.defaults" -}}
{
 "keys": 36,
 "within": true,
 "values": {
  "enabled": true,
  "nameOverride": "",
  "fullnameOverride": "",
  "imagePullSecrets": [],
  "appendOnly": true,
  "appendOnlyRepair": "tail",
  "maxMemory": "auto",
  "extraConfig": "",
  "tolerations": [],
  "priorityClassName": "",
  "initContainers": [],
  "extraVolumes": [],
  "extraVolumeMounts": [],
  "terminationGracePeriodSeconds": 30
 },
 "maps": {
  "commonLabels": {},
  "commonAnnotations": {},
  "statefulSetAnnotations": {},
  "configMapAnnotations": {},
  "secretAnnotations": {},
  "resources": {
   "limits": {
    "cpu": "250m",
    "memory": "256Mi"
   },
   "requests": {
    "cpu": "100m",
    "memory": "128Mi"
   }
  },
  "podSecurityContext": {
   "runAsNonRoot": true,
   "runAsUser": 999,
   "runAsGroup": 999,
   "fsGroup": 999,
   "fsGroupChangePolicy": "OnRootMismatch",
   "seccompProfile": {
    "type": "RuntimeDefault"
   }
  },
  "securityContext": {
   "allowPrivilegeEscalation": false,
   "readOnlyRootFilesystem": true,
   "capabilities": {
    "drop": [
     "ALL"
    ]
   }
  },
  "podAnnotations": {},
  "podLabels": {},
  "nodeSelector": {},
  "affinity": {}
 },
 "branches": {
  "image": {
   "keys": 4,
   "within": false,
   "values": {
    "repository": "docker.io/redis",
    "tag": "",
    "digest": "",
    "pullPolicy": "IfNotPresent"
   },
   "maps": {},
   "branches": {}
  },
  "auth": {
   "keys": 4,
   "within": false,
   "values": {
    "enabled": false,
    "password": "",
    "existingSecret": "",
    "existingSecretPasswordKey": "redis-password"
   },
   "maps": {},
   "branches": {}
  },
  "persistence": {
   "keys": 6,
   "within": false,
   "values": {
    "enabled": true,
    "size": "1Gi",
    "storageClass": "",
    "accessMode": "ReadWriteOnce",
    "existingClaim": ""
   },
   "maps": {
    "annotations": {}
   },
   "branches": {}
  },
  "service": {
   "keys": 3,
   "within": false,
   "values": {
    "port": 6379
   },
   "maps": {
    "annotations": {},
    "headlessAnnotations": {}
   },
   "branches": {}
  },
  "networkPolicy": {
   "keys": 3,
   "within": false,
   "values": {
    "enabled": true,
    "extraIngress": []
   },
   "maps": {
    "annotations": {}
   },
   "branches": {}
  },
  "livenessProbe": {
   "keys": 7,
   "within": false,
   "values": {
    "enabled": true,
    "initialDelaySeconds": 20,
    "periodSeconds": 10,
    "timeoutSeconds": 5,
    "failureThreshold": 18,
    "successThreshold": 1
   },
   "maps": {
    "custom": {}
   },
   "branches": {}
  },
  "readinessProbe": {
   "keys": 7,
   "within": false,
   "values": {
    "enabled": true,
    "initialDelaySeconds": 0,
    "periodSeconds": 5,
    "timeoutSeconds": 3,
    "failureThreshold": 3,
    "successThreshold": 1
   },
   "maps": {
    "custom": {}
   },
   "branches": {}
  },
  "serviceAccount": {
   "keys": 4,
   "within": false,
   "values": {
    "create": true,
    "name": "",
    "automount": false
   },
   "maps": {
    "annotations": {}
   },
   "branches": {}
  },
  "volumePermissions": {
   "keys": 3,
   "within": true,
   "values": {
    "enabled": false
   },
   "maps": {
    "resources": {
     "limits": {
      "cpu": "200m",
      "memory": "64Mi"
     },
     "requests": {
      "cpu": "10m",
      "memory": "16Mi"
     }
    },
    "securityContext": {
     "runAsUser": 0,
     "runAsGroup": 0,
     "runAsNonRoot": false,
     "allowPrivilegeEscalation": false,
     "readOnlyRootFilesystem": true,
     "capabilities": {
      "drop": [
       "ALL"
      ],
      "add": [
       "CHOWN",
       "DAC_OVERRIDE"
      ]
     }
    }
   },
   "branches": {}
  },
  "global": {
   "keys": 4,
   "within": false,
   "values": {
    "imageRegistry": "",
    "imagePullSecrets": [],
    "openshift": "auto",
    "secretsJob": false
   },
   "maps": {},
   "branches": {}
  }
 }
}
{{- end -}}

{{- define "claude-relay.defaults" -}}
{
 "keys": 66,
 "within": true,
 "values": {
  "enabled": true,
  "nameOverride": "",
  "fullnameOverride": "",
  "kubeVersion": "",
  "allowDataLoss": false,
  "imagePullSecrets": [],
  "certificateAuthorities": [],
  "replicaCount": 1,
  "externalScaling": false,
  "revisionHistoryLimit": 10,
  "tolerations": [],
  "topologySpreadConstraints": [],
  "hostAliases": [],
  "dnsPolicy": "",
  "enableServiceLinks": true,
  "priorityClassName": "",
  "runtimeClassName": "",
  "preStopSleepSeconds": 10,
  "command": [],
  "args": [],
  "terminationGracePeriodSeconds": 45,
  "extraEnv": [],
  "extraEnvFrom": [],
  "extraVolumes": [],
  "extraVolumeMounts": [],
  "extraContainers": [],
  "initContainers": [],
  "extraObjects": []
 },
 "maps": {
  "commonLabels": {},
  "commonAnnotations": {},
  "deploymentAnnotations": {},
  "configMapAnnotations": {},
  "secretAnnotations": {},
  "strategy": {},
  "nodeSelector": {},
  "affinity": {},
  "dnsConfig": {},
  "resources": {
   "limits": {
    "cpu": "2",
    "memory": "1Gi"
   },
   "requests": {
    "cpu": "100m",
    "memory": "256Mi"
   }
  },
  "lifecycle": {},
  "podSecurityContext": {
   "runAsNonRoot": true,
   "runAsUser": 10001,
   "runAsGroup": 10001,
   "fsGroup": 10001,
   "fsGroupChangePolicy": "OnRootMismatch",
   "seccompProfile": {
    "type": "RuntimeDefault"
   }
  },
  "securityContext": {
   "allowPrivilegeEscalation": false,
   "readOnlyRootFilesystem": true,
   "capabilities": {
    "drop": [
     "ALL"
    ]
   }
  },
  "podAnnotations": {},
  "podLabels": {}
 },
 "branches": {
  "image": {
   "keys": 4,
   "within": false,
   "values": {
    "repository": "ghcr.io/wei-shaw/claude-relay-service",
    "tag": "",
    "digest": "",
    "pullPolicy": "IfNotPresent"
   },
   "maps": {},
   "branches": {}
  },
  "global": {
   "keys": 4,
   "within": false,
   "values": {
    "imageRegistry": "",
    "imagePullSecrets": [],
    "openshift": "auto",
    "secretsJob": false
   },
   "maps": {},
   "branches": {}
  },
  "adminSetup": {
   "keys": 2,
   "within": true,
   "values": {
    "enabled": true
   },
   "maps": {
    "resources": {
     "limits": {
      "cpu": "200m",
      "memory": "128Mi"
     },
     "requests": {
      "cpu": "10m",
      "memory": "32Mi"
     }
    }
   },
   "branches": {}
  },
  "secretsJob": {
   "keys": 4,
   "within": true,
   "values": {},
   "maps": {
    "annotations": {},
    "podAnnotations": {},
    "podLabels": {},
    "resources": {
     "limits": {
      "cpu": "200m",
      "memory": "128Mi"
     },
     "requests": {
      "cpu": "10m",
      "memory": "32Mi"
     }
    }
   },
   "branches": {}
  },
  "config": {
   "keys": 26,
   "within": true,
   "values": {
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
    "checkEnvNames": true
   },
   "maps": {
    "env": {},
    "secretEnv": {}
   },
   "branches": {
    "existingSecretKeys": {
     "keys": 4,
     "within": false,
     "values": {
      "jwtSecret": "jwt-secret",
      "encryptionKey": "encryption-key",
      "adminUsername": "admin-username",
      "adminPassword": "admin-password"
     },
     "maps": {},
     "branches": {}
    }
   }
  },
  "externalRedis": {
   "keys": 8,
   "within": true,
   "values": {
    "host": "",
    "port": 6379,
    "password": "",
    "existingSecret": "",
    "existingSecretPasswordKey": "redis-password",
    "database": 0,
    "tls": false
   },
   "maps": {},
   "branches": {
    "tlsCA": {
     "keys": 3,
     "within": false,
     "values": {
      "existingSecret": "",
      "existingConfigMap": "",
      "key": "ca.crt"
     },
     "maps": {},
     "branches": {}
    }
   }
  },
  "waitForRedis": {
   "keys": 2,
   "within": true,
   "values": {
    "enabled": true
   },
   "maps": {
    "resources": {
     "limits": {
      "cpu": "200m",
      "memory": "128Mi"
     },
     "requests": {
      "cpu": "10m",
      "memory": "64Mi"
     }
    }
   },
   "branches": {}
  },
  "service": {
   "keys": 15,
   "within": false,
   "values": {
    "type": "ClusterIP",
    "port": 80,
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
   "maps": {
    "annotations": {},
    "labels": {}
   },
   "branches": {}
  },
  "ingress": {
   "keys": 12,
   "within": false,
   "values": {
    "enabled": false,
    "className": "",
    "controllerAnnotations": true,
    "traefikMiddleware": "auto",
    "strictPaths": false,
    "hosts": [],
    "tls": [],
    "extraPaths": []
   },
   "maps": {
    "annotations": {},
    "labels": {},
    "middlewareAnnotations": {},
    "defaultBackend": {}
   },
   "branches": {}
  },
  "httpRoute": {
   "keys": 10,
   "within": true,
   "values": {
    "enabled": false,
    "parentRefs": [],
    "hostnames": [],
    "strictPaths": true,
    "ifCRDMissing": "render",
    "filters": [],
    "extraRules": []
   },
   "maps": {
    "annotations": {},
    "labels": {}
   },
   "branches": {
    "timeouts": {
     "keys": 3,
     "within": false,
     "values": {
      "mode": "auto",
      "request": "",
      "backendRequest": ""
     },
     "maps": {},
     "branches": {}
    }
   }
  },
  "servedPaths": {
   "keys": 2,
   "within": false,
   "values": {
    "exact": [
     "/"
    ],
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
   "maps": {},
   "branches": {}
  },
  "networkPolicy": {
   "keys": 6,
   "within": false,
   "values": {
    "enabled": true,
    "ingressFrom": [],
    "metricsFrom": [],
    "extraIngress": [],
    "egress": []
   },
   "maps": {
    "annotations": {}
   },
   "branches": {}
  },
  "autoscaling": {
   "keys": 8,
   "within": false,
   "values": {
    "enabled": false,
    "minReplicas": 1,
    "maxReplicas": 100,
    "targetCPUUtilizationPercentage": 80,
    "targetMemoryUtilizationPercentage": 0,
    "metrics": []
   },
   "maps": {
    "annotations": {},
    "behavior": {}
   },
   "branches": {}
  },
  "podDisruptionBudget": {
   "keys": 4,
   "within": false,
   "values": {
    "enabled": false,
    "minAvailable": "",
    "maxUnavailable": ""
   },
   "maps": {
    "annotations": {}
   },
   "branches": {}
  },
  "startupProbe": {
   "keys": 7,
   "within": false,
   "values": {
    "enabled": true,
    "initialDelaySeconds": 0,
    "periodSeconds": 3,
    "timeoutSeconds": 5,
    "failureThreshold": 40,
    "successThreshold": 1
   },
   "maps": {
    "custom": {}
   },
   "branches": {}
  },
  "livenessProbe": {
   "keys": 7,
   "within": false,
   "values": {
    "enabled": true,
    "initialDelaySeconds": 0,
    "periodSeconds": 10,
    "timeoutSeconds": 5,
    "failureThreshold": 6,
    "successThreshold": 1
   },
   "maps": {
    "custom": {}
   },
   "branches": {}
  },
  "readinessProbe": {
   "keys": 7,
   "within": false,
   "values": {
    "enabled": true,
    "initialDelaySeconds": 0,
    "periodSeconds": 10,
    "timeoutSeconds": 5,
    "failureThreshold": 3,
    "successThreshold": 1
   },
   "maps": {
    "custom": {}
   },
   "branches": {}
  },
  "serviceAccount": {
   "keys": 4,
   "within": false,
   "values": {
    "create": true,
    "name": "",
    "automount": false
   },
   "maps": {
    "annotations": {}
   },
   "branches": {}
  },
  "helmTest": {
   "keys": 7,
   "within": true,
   "values": {
    "enabled": true,
    "tolerations": []
   },
   "maps": {
    "annotations": {},
    "labels": {},
    "nodeSelector": {},
    "affinity": {},
    "resources": {
     "limits": {
      "cpu": "200m",
      "memory": "128Mi"
     },
     "requests": {
      "cpu": "10m",
      "memory": "64Mi"
     }
    }
   },
   "branches": {}
  },
  "storage": {
   "keys": 2,
   "within": true,
   "values": {},
   "maps": {},
   "branches": {
    "data": {
     "keys": 4,
     "within": true,
     "values": {
      "type": "emptyDir",
      "sizeLimit": "256Mi"
     },
     "maps": {},
     "branches": {
      "persistence": {
       "keys": 5,
       "within": false,
       "values": {
        "size": "1Gi",
        "storageClass": "",
        "accessMode": "ReadWriteOnce",
        "existingClaim": ""
       },
       "maps": {
        "annotations": {}
       },
       "branches": {}
      },
      "external": {
       "keys": 6,
       "within": false,
       "values": {
        "enabled": false,
        "size": "1Gi",
        "storageClass": "",
        "accessMode": "ReadWriteOnce",
        "existingClaim": ""
       },
       "maps": {
        "annotations": {}
       },
       "branches": {}
      }
     }
    },
    "logs": {
     "keys": 4,
     "within": true,
     "values": {
      "mode": "fluentbit",
      "sizeLimit": "1Gi"
     },
     "maps": {},
     "branches": {
      "fluentbit": {
       "keys": 16,
       "within": true,
       "values": {
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
       "maps": {
        "resources": {
         "limits": {
          "cpu": "100m",
          "memory": "128Mi"
         },
         "requests": {
          "cpu": "50m",
          "memory": "64Mi"
         }
        }
       },
       "branches": {
        "image": {
         "keys": 4,
         "within": false,
         "values": {
          "repository": "fluent/fluent-bit",
          "tag": "5.1.1",
          "digest": "",
          "pullPolicy": "IfNotPresent"
         },
         "maps": {},
         "branches": {}
        },
        "livenessProbe": {
         "keys": 7,
         "within": false,
         "values": {
          "enabled": true,
          "initialDelaySeconds": 10,
          "periodSeconds": 20,
          "timeoutSeconds": 5,
          "failureThreshold": 3,
          "successThreshold": 1
         },
         "maps": {
          "custom": {}
         },
         "branches": {}
        },
        "readinessProbe": {
         "keys": 7,
         "within": false,
         "values": {
          "enabled": true,
          "initialDelaySeconds": 0,
          "periodSeconds": 20,
          "timeoutSeconds": 5,
          "failureThreshold": 10,
          "successThreshold": 1
         },
         "maps": {
          "custom": {}
         },
         "branches": {}
        },
        "output": {
         "keys": 5,
         "within": false,
         "values": {
          "type": "stdout",
          "checkKeys": true,
          "existingSecret": ""
         },
         "maps": {
          "config": {},
          "existingSecretKeys": {}
         },
         "branches": {}
        }
       }
      },
      "persistence": {
       "keys": 6,
       "within": false,
       "values": {
        "enabled": false,
        "size": "10Gi",
        "storageClass": "",
        "accessMode": "ReadWriteOnce",
        "existingClaim": ""
       },
       "maps": {
        "annotations": {}
       },
       "branches": {}
      }
     }
    }
   }
  },
  "metrics": {
   "keys": 1,
   "within": true,
   "values": {},
   "maps": {},
   "branches": {
    "exporter": {
     "keys": 7,
     "within": true,
     "values": {
      "mode": "auto",
      "port": 7979
     },
     "maps": {
      "serviceAnnotations": {},
      "resources": {
       "limits": {
        "cpu": "100m",
        "memory": "64Mi"
       },
       "requests": {
        "cpu": "10m",
        "memory": "32Mi"
       }
      }
     },
     "branches": {
      "image": {
       "keys": 4,
       "within": false,
       "values": {
        "repository": "quay.io/prometheuscommunity/json-exporter",
        "tag": "v0.7.0",
        "digest": "",
        "pullPolicy": "IfNotPresent"
       },
       "maps": {},
       "branches": {}
      },
      "livenessProbe": {
       "keys": 7,
       "within": false,
       "values": {
        "enabled": true,
        "initialDelaySeconds": 0,
        "periodSeconds": 20,
        "timeoutSeconds": 5,
        "failureThreshold": 3,
        "successThreshold": 1
       },
       "maps": {
        "custom": {}
       },
       "branches": {}
      },
      "readinessProbe": {
       "keys": 7,
       "within": false,
       "values": {
        "enabled": true,
        "initialDelaySeconds": 0,
        "periodSeconds": 20,
        "timeoutSeconds": 5,
        "failureThreshold": 10,
        "successThreshold": 1
       },
       "maps": {
        "custom": {}
       },
       "branches": {}
      }
     }
    }
   }
  },
  "serviceMonitor": {
   "keys": 14,
   "within": false,
   "values": {
    "enabled": false,
    "namespace": "",
    "interval": "30s",
    "scrapeTimeout": "10s",
    "path": "/prometheus",
    "port": "http",
    "relabelings": [],
    "metricRelabelings": [],
    "honorLabels": false,
    "jobLabel": "",
    "ifCRDMissing": "render"
   },
   "maps": {
    "labels": {},
    "annotations": {},
    "namespaceSelector": {}
   },
   "branches": {}
  },
  "prometheusRule": {
   "keys": 7,
   "within": false,
   "values": {
    "enabled": false,
    "namespace": "",
    "defaultRules": true,
    "rules": [],
    "ifCRDMissing": "render"
   },
   "maps": {
    "labels": {},
    "annotations": {}
   },
   "branches": {}
  }
 }
}
{{- end -}}
