"""Values that contradict each other, each with a part of the message with which the chart refuses them."""

from typing import Any

EXTERNAL = {"redis": {"enabled": False}, "externalRedis": {"host": "redis"}}

CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"redis": {"enabled": False}}, "externalRedis.host is empty"),
    ({"externalRedis": {"host": "redis"}}, "externalRedis.host is set: set redis.enabled to false"),
    ({"externalRedis": {"tls": True}}, "externalRedis.tls is set"),
    (
        {"redis": {"auth": {"existingSecret": "mine"}}},
        "redis.auth.existingSecret is set but redis.auth.enabled is false",
    ),
    ({"redis": {"persistence": {"enabled": False, "existingClaim": "mine"}}}, "redis.persistence.existingClaim"),
    (
        {"redis": {"extraConfig": "maxmemory 1mb\n  DIR /tmp\n"}},
        "redis.extraConfig sets a directive that the chart sets",
    ),
    (
        {"redis": {"fullnameOverride": "relay-claude-relay-metrics"}},
        "object with the name relay-claude-relay-metrics",
    ),
    (
        {"serviceAccount": {"name": "a"}, "redis": {"serviceAccount": {"name": "a"}}},
        "redis.serviceAccount.name are both a",
    ),
    (
        {
            "autoscaling": {"enabled": True},
            "storage": {"logs": {"fluentbit": {"resources": {"requests": None, "limits": None}}}},
        },
        "storage.logs.fluentbit.resources.requests.cpu is not set",
    ),
    ({"redis": {"auth": {"password": "p"}}}, "redis.auth.enabled is false"),
    (
        {"redis": {"volumePermissions": {"enabled": True}, "podSecurityContext": {"runAsUser": None}}},
        "no runAsUser or no runAsGroup",
    ),
    (
        {"redis": {"volumePermissions": {"enabled": True}, "podSecurityContext": {"runAsGroup": None}}},
        "has no runAsUser or no runAsGroup: set both",
    ),
    ({"tolerations": [{}]}, "tolerations[0] has no key"),
    ({"redis": {"tolerations": [{"key": "", "operator": "Equal"}]}}, "redis.tolerations[0] has no key"),
    (
        {"helmTest": {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}},
        "helmTest.tolerations[0] has the operator Exists and a value",
    ),
    (
        {"tolerations": [{"operator": "Exists"}, {"key": "a", "effect": "NoSchedule", "tolerationSeconds": 0}]},
        "tolerations[1] has tolerationSeconds but not the effect NoExecute",
    ),
    (
        {"redis": {"auth": {"enabled": True, "password": "p", "existingSecret": "s"}}},
        "redis.auth.password and redis.auth.existingSecret are both set",
    ),
    (
        {**EXTERNAL, "externalRedis": {"host": "h", "password": "p", "existingSecret": "s"}},
        "externalRedis.password and externalRedis.existingSecret are both set",
    ),
    ({"config": {"jwtSecret": "a", "existingSecret": "s"}}, "config.jwtSecret and config.existingSecret are both set"),
    ({"fullnameOverride": "a", "redis": {"fullnameOverride": "a"}}, "would both have an object with the name a:"),
    ({"nameOverride": "redis"}, "nameOverride and redis.nameOverride are both redis"),
    (
        {
            "redis": {"enabled": False},
            "externalRedis": {"host": "h", "tls": True, "tlsCA": {"existingSecret": "a", "existingConfigMap": "b"}},
        },
        "externalRedis.tlsCA.existingConfigMap",
    ),
    (
        {"redis": {"enabled": False}, "externalRedis": {"host": "h", "tlsCA": {"existingSecret": "a"}}},
        "externalRedis.tls is false",
    ),
    (
        {"redis": {"enabled": False}, "externalRedis": {"host": "h", "tlsCA": {"existingConfigMap": "a"}}},
        "externalRedis.tlsCA is set but externalRedis.tls is false",
    ),
    (
        {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 2}},
        "minReplicas (5) is greater than",
    ),
    ({"autoscaling": {"enabled": True, "targetCPUUtilizationPercentage": 0}}, "no metric is set"),
    ({"replicaCount": 2, "storage": {"logs": {"mode": "pvc"}}}, "storage.logs.persistence.accessMode=ReadWriteOnce"),
    (
        {
            "autoscaling": {"enabled": True},
            "storage": {"data": {"external": {"enabled": True, "accessMode": "ReadWriteOncePod"}}},
        },
        "storage.data.external.accessMode=ReadWriteOncePod",
    ),
    (
        {"podDisruptionBudget": {"enabled": True, "minAvailable": 0, "maxUnavailable": 1}},
        "podDisruptionBudget.minAvailable",
    ),
    ({"config": {"host": "127.0.0.1"}}, "config.host is 127.0.0.1"),
    ({"config": {"host": "0.0.0.0:3000"}}, "config.host (0.0.0.0:3000) contains a port"),
    (
        {**EXTERNAL, "externalRedis": {"host": "redis:6380"}},
        "externalRedis.host (redis:6380) contains a port: set it to",
    ),
    (
        {**EXTERNAL, "externalRedis": {"host": "rediss://redis"}},
        "externalRedis.host (rediss://redis) contains a scheme",
    ),
    ({**EXTERNAL, "externalRedis": {"host": "[fd00::1]"}}, "externalRedis.host ([fd00::1]) contains brackets"),
    ({**EXTERNAL, "externalRedis": {"host": "redis]"}}, "externalRedis.host (redis]) contains brackets"),
    ({**EXTERNAL, "externalRedis": {"host": "[redis"}}, "externalRedis.host ([redis) contains brackets"),
    ({**EXTERNAL, "externalRedis": {"host": "user@redis"}}, "contains a character that is invalid in a host name"),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"type": "loki", "config": {"Host": "http://loki"}}}}}},
        "output.config.Host (http://loki) contains a scheme or a path",
    ),
    ({"extraEnv": [{"name": "A"}, {"name": "A"}]}, "extraEnv: the name A appears twice"),
    (
        {"storage": {"logs": {"fluentbit": {"extraEnv": [{"name": "A"}, {"name": "A"}]}}}},
        "storage.logs.fluentbit.extraEnv: the name A appears twice",
    ),
    ({"extraVolumes": [{"name": "data", "emptyDir": {}}]}, "extraVolumes: the name data is already in use"),
    (
        {"extraVolumeMounts": [{"name": "a", "mountPath": "/app/data"}]},
        "extraVolumeMounts: the mountPath /app/data is already in use",
    ),
    (
        {"storage": {"logs": {"fluentbit": {"extraVolumeMounts": [{"name": "a", "mountPath": "/app/logs"}]}}}},
        "storage.logs.fluentbit.extraVolumeMounts: the mountPath /app/logs is already in use",
    ),
    ({"extraContainers": [{"name": "http"}]}, "the name http is already in use"),
    (
        {"config": {"port": 7979}, "serviceMonitor": {"enabled": True}},
        "metrics.exporter.port and config.port are both 7979",
    ),
    ({"config": {"port": 2020}}, "config.port is 2020"),
    (
        {"serviceMonitor": {"enabled": True, "scrapeTimeout": "072s", "interval": "1m"}},
        "serviceMonitor.scrapeTimeout (072s) is longer than serviceMonitor.interval (1m)",
    ),
    (
        {"serviceMonitor": {"enabled": True, "scrapeTimeout": "604800001ms", "interval": "1w"}},
        "serviceMonitor.scrapeTimeout (604800001ms) is longer than serviceMonitor.interval (1w)",
    ),
    (
        {"serviceMonitor": {"enabled": True, "scrapeTimeout": "31536000001ms", "interval": "1y"}},
        "serviceMonitor.scrapeTimeout (31536000001ms) is longer than serviceMonitor.interval (1y)",
    ),
    ({"service": {"nodePort": 30000}}, "service.nodePort"),
    ({"service": {"externalTrafficPolicy": "Local"}}, "service.externalTrafficPolicy"),
    ({"service": {"type": "NodePort", "clusterIP": "None"}}, "service.clusterIP is None"),
    ({"service": {"loadBalancerIP": "192.0.2.1"}}, "service.loadBalancerIP"),
    ({"ingress": {"enabled": True, "hosts": [{"host": "a"}], "tls": [{"hosts": ["b"]}]}}, "b is not in ingress.hosts"),
    ({"ingress": {"enabled": True, "hosts": [{"host": "a"}, {"host": "a"}]}}, '"a" appears twice'),
    ({"ingress": {"enabled": True, "hosts": [{"paths": [{"path": "/Metrics/"}]}]}}, "ingress.hosts[0].paths[0].path"),
    ({"servedPaths": {"prefixes": ["/"]}}, "servedPaths: / makes /metrics reachable"),
    (
        {"ingress": {"enabled": True, "strictPaths": True}, "servedPaths": {"exact": [], "prefixes": []}},
        "ingress.strictPaths is true but servedPaths has no path",
    ),
    (
        {
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
            "servedPaths": {"exact": [], "prefixes": []},
        },
        "httpRoute.strictPaths is true but servedPaths has no path",
    ),
    ({"httpRoute": {"enabled": True}}, "httpRoute.parentRefs is empty"),
    (
        {"storage": {"logs": {"mode": "forward", "fluentbit": {"output": {"type": "loki"}}}}},
        "set storage.logs.mode to fluentbit",
    ),
    ({"storage": {"logs": {"fluentbit": {"output": {"config": {"Name": "x"}}}}}}, "output.config.Name"),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"type": "loki", "config": {"Labels": "job"}}}}}},
        'output.config.Labels: Fluent Bit does not start with "job": set a list of labels, such as job=fluent-bit',
    ),
    (
        {
            "storage": {
                "logs": {"fluentbit": {"output": {"type": "es", "config": {"Write_Operation": ["index", "drop"]}}}}
            }
        },
        'output.config.Write_Operation: Fluent Bit does not start with "drop"',
    ),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"config": {"format": "a", "Format": "b"}}}}}},
        "format is set twice",
    ),
    ({"storage": {"logs": {"fluentbit": {"output": {"type": "kafka"}}}}}, "has no brokers"),
    ({"storage": {"logs": {"fluentbit": {"output": {"type": "s3"}}}}}, "has no bucket"),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"existingSecretKeys": {"format": "a"}}}}}},
        "output.existingSecret is empty",
    ),
]
