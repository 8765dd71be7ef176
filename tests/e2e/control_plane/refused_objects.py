"""Objects that an API server takes, and faults for which it refuses one: for the real server and the gate alike."""

SOUND = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      dnsPolicy: ClusterFirst
      volumes: [{name: v, emptyDir: {}}]
      containers:
        - name: c
          image: a
          env: [{name: A.b, value: ''}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
          ports: [{name: http, containerPort: 80}]
          livenessProbe: {periodSeconds: 0, httpGet: {path: /, port: http}}
          volumeMounts: [{name: v, mountPath: /v}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, externalTrafficPolicy: Local, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, selector: {app: web}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: c}
spec:
  schedule: "*/5 0 * * MON-FRI"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: a}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: policy}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 1, endPort: 9}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec:
  rules:
    - host: "*.example.com"
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec: {minReplicas: 1, maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: p}
spec: {maxUnavailable: 50%, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: d}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
type: kubernetes.io/tls
data: {tls.crt: YQ==, tls.key: ""}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
data: {a.yaml: "1"}
binaryData: {b: YQ==}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""

# What to replace in `SOUND`, by what, and the gate's rule and place; no rule where it stays sound.
FAULTS: tuple[tuple[str, str, str, str], ...] = (
    ("replicas: 0", "replicas: -1", "range", "spec.replicas"),
    ("type: RollingUpdate,", "type: rolling,", "enum", "spec.strategy.type"),
    ("maxSurge: 25%", "maxSurge: 25", "", ""),
    ("maxSurge: 25%", "maxSurge: 0", "exclusive", "spec.strategy.rollingUpdate"),
    ("maxSurge: 25%", "maxSurge: few", "range", "spec.strategy.rollingUpdate.maxSurge"),
    ("selector: {matchLabels: {app: web}}\n  t", "selector: {}\n  t", "required", "spec.selector"),
    ("dnsPolicy: ClusterFirst", "dnsPolicy: no", "enum", "spec.template.spec.dnsPolicy"),
    ("dnsPolicy: ClusterFirst", "restartPolicy: Never", "enum", "spec.template.spec.restartPolicy"),
    ("emptyDir: {}", "emptyDir: {}, hostPath: {path: /}", "exclusive", "spec.template.spec.volumes[0]"),
    ("{name: v, emptyDir: {}}", "{name: v}, {name: v}", "repeated", "spec.template.spec.volumes[1].name"),
    ("image: a\n", "image: ''\n", "required", "containers[0].image"),
    ("name: A.b, value: ''", "name: a=b", "format", "containers[0].env[0].name"),
    ("name: B, v", "name: B, value: x, v", "exclusive", "containers[0].env[1]"),
    ("containerPort: 80", "containerPort: 80000", "range", "containers[0].ports[0].containerPort"),
    ("periodSeconds: 0", "periodSeconds: -1", "range", "containers[0].livenessProbe.periodSeconds"),
    ("periodSeconds: 0", "successThreshold: 2", "range", "containers[0].livenessProbe.successThreshold"),
    ("periodSeconds: 0", "exec: {command: [a]}", "exclusive", "containers[0].livenessProbe"),
    (
        "mountPath: /v}",
        "mountPath: /v}, {name: v, mountPath: /v}",
        "repeated",
        "containers[0].volumeMounts[1].mountPath",
    ),
    ("type: NodePort", "type: Nodeport", "enum", "spec.type"),
    ("{clusterIP: None,", "{clusterIP: None, externalTrafficPolicy: Local,", "exclusive", "spec.externalTrafficPolicy"),
    ("nodePort: 30080", "nodePort: 80", "range", "spec.ports[0].nodePort"),
    ("port: 80, targetPort", "port: 0, targetPort", "range", "spec.ports[0].port"),
    ("nodePort: 30080}", "nodePort: 30080}, {port: 81}", "required", "spec.ports"),
    ("clusterIP: None", "clusterIP: none, ports: [{port: 1}]", "format", "spec.clusterIP"),
    ("clusterIP: None, ", "", "required", "spec.ports"),
    ("*/5 0 * * MON-FRI", "0 0 * *", "format", "spec.schedule"),
    ("Europe/Berlin", "Europe/Berln", "format", "spec.timeZone"),
    ("Policy: Forbid", "Policy: forbid", "enum", "spec.concurrencyPolicy"),
    ("restartPolicy: Never, ", "", "enum", "spec.jobTemplate.spec.template.spec.restartPolicy"),
    ("[{name: c, image: a}]", "[]", "required", "spec.jobTemplate.spec.template.spec.containers"),
    ("policyTypes: [Egress]", "policyTypes: [egress]", "enum", "spec.policyTypes[0]"),
    ("10.0.0.0/8", "10.0.0.0/33", "format", "spec.egress[0].to[0].ipBlock.cidr"),
    ("port: 1, endPort: 9", "port: 9, endPort: 1", "range", "spec.egress[0].ports[0].endPort"),
    ('"*.example.com"', "https://example.com", "format", "spec.rules[0].host"),
    ("path: /, pathType", "path: x, pathType", "format", "http.paths[0].path"),
    ("pathType: Prefix, ", "", "required", "http.paths[0].pathType"),
    ("port: {name: http}", "port: {name: http, number: 1}", "exclusive", "http.paths[0].backend.service.port"),
    ("minReplicas: 1", "minReplicas: 5", "range", "spec.maxReplicas"),
    ("maxUnavailable: 50%", "maxUnavailable: 150%", "range", "spec.maxUnavailable"),
    ("maxUnavailable: 50%", "maxUnavailable: 1, minAvailable: 1", "exclusive", "spec"),
    ("[ReadWriteOnce]", "[ReadWrite]", "enum", "spec.accessModes[0]"),
    ("{storage: 1Gi}", "{}", "required", "spec.resources.requests.storage"),
    (', tls.key: ""', "", "required", "data.tls.key"),
    ("tls.crt: YQ==", "tls.crt: 'a b!'", "format", "data.tls.crt"),
    ("a.yaml:", "a/b:", "format", "data.a/b"),
    ('a.yaml: "1"', f"a: {'x' * 1_100_000}", "size", "data"),
    ("a.yaml:", "b:", "exclusive", "data.b"),
    ("name: widgets.example.com", "name: wrong.example.com", "format", "metadata.name"),
    ("storage: true", "storage: false", "exclusive", "spec.versions"),
    ("scope: Namespaced", "scope: namespaced", "enum", "spec.scope"),
)
