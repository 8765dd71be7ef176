"""A stand-in for the chart that operators run today, revolution1/claude-relay 0.1.24, which cannot be had here.

It writes the objects that an upgrade in place meets, under their real names, with their real selector labels, ports,
Secret keys and immutable fields, and makes new secrets with each upgrade, as the real one does. What is in the pods
does not matter to an upgrade, and is left out. Its Redis is what the chart's dependency (cloudpirates redis) writes.
"""

from pathlib import Path

_CHART = """\
apiVersion: v2
name: claude-relay
version: 0.1.24
appVersion: v1.1.241
"""

_VALUES = """\
config: {adminPassword: ''}
redis:
  auth: {enabled: false}
autoscaling: {enabled: false}
ingress: {enabled: false, hosts: []}
storage:
  data:
    external: {enabled: false, accessMode: ReadWriteOnce}
  logs:
    mode: fluentbit
    persistence: {accessMode: ReadWriteOnce}
"""

_HELPERS = """\
{{- define "fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "selector" -}}
{app.kubernetes.io/name: {{ .Chart.Name }}, app.kubernetes.io/instance: {{ .Release.Name }}}
{{- end -}}

{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
"""

_APPLICATION = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "fullname" . }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: 1
  {{- end }}
  selector:
    matchLabels: {{ include "selector" . }}
  template:
    metadata:
      labels: {{- include "labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "fullname" . }}
      containers:
        - name: http
          image: ghcr.io/wei-shaw/claude-relay-service:v1.1.241
          ports: [{name: http, containerPort: 3000, protocol: TCP}]
          env:
            - name: REDIS_HOST
              value: {{ include "fullname" . }}-redis
            - name: JWT_SECRET
              valueFrom: {secretKeyRef: {name: {{ include "fullname" . }}-secret, key: jwt-secret}}
            - name: ENCRYPTION_KEY
              valueFrom: {secretKeyRef: {name: {{ include "fullname" . }}-secret, key: encryption-key}}
          livenessProbe: {httpGet: {path: /health, port: http}}
          volumeMounts: [{name: logs, mountPath: /app/logs}]
        {{- if eq .Values.storage.logs.mode "fluentbit" }}
        - name: fluent-bit
          image: fluent/fluent-bit:2.2.0
          volumeMounts: [{name: logs, mountPath: /app/logs}]
        {{- end }}
      volumes:
        - name: logs
          {{- if eq .Values.storage.logs.mode "pvc" }}
          persistentVolumeClaim: {claimName: {{ include "fullname" . }}-logs}
          {{- else }}
          emptyDir: {}
          {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "fullname" . }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  type: ClusterIP
  ports: [{name: http, port: 3000, targetPort: http, protocol: TCP}]
  selector: {{ include "selector" . }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "fullname" . }}
  labels: {{- include "labels" . | nindent 4 }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "fullname" . }}-secret
  labels: {{- include "labels" . | nindent 4 }}
type: Opaque
data:
  jwt-secret: {{ randAlphaNum 64 | b64enc }}
  encryption-key: {{ randAlphaNum 32 | b64enc }}
  {{- with .Values.config.adminPassword }}
  admin-password: {{ b64enc . }}
  {{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "fullname" . }}-config
  labels: {{- include "labels" . | nindent 4 }}
data: {LOG_LEVEL: info}
{{- if eq .Values.storage.logs.mode "fluentbit" }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "fullname" . }}-fluent-bit-config
  labels: {{- include "labels" . | nindent 4 }}
data: {fluent-bit.conf: ''}
{{- end }}
{{- if eq .Values.storage.logs.mode "pvc" }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "fullname" . }}-logs
  labels: {{- include "labels" . | nindent 4 }}
spec:
  accessModes: [{{ .Values.storage.logs.persistence.accessMode }}]
  resources: {requests: {storage: 10Gi}}
{{- end }}
{{- if .Values.storage.data.external.enabled }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "fullname" . }}-external-data
  labels: {{- include "labels" . | nindent 4 }}
spec:
  accessModes: [{{ .Values.storage.data.external.accessMode }}]
  {{- with .Values.storage.data.external.storageClass }}
  storageClassName: {{ ternary "" . (eq . "-") | quote }}
  {{- end }}
  resources: {requests: {storage: 1Gi}}
{{- end }}
{{- if .Values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "fullname" . }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "fullname" . }}}
  minReplicas: 1
  maxReplicas: 100
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
{{- end }}
{{- if .Values.ingress.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "fullname" . }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  rules:
    {{- range .Values.ingress.hosts }}
    - host: {{ .host }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: {{ include "fullname" $ }}, port: {name: http}}}
    {{- end }}
{{- end }}
"""

_REDIS = """\
{{- $selector := dict "app.kubernetes.io/name" "redis" "app.kubernetes.io/instance" .Release.Name | toJson }}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Release.Name }}-redis
  labels: {{ $selector }}
spec:
  serviceName: {{ .Release.Name }}-redis-headless
  replicas: 1
  selector:
    matchLabels: {{ $selector }}
  template:
    metadata:
      labels: {{ $selector }}
    spec:
      containers:
        - name: redis
          image: docker.io/redis:8.2.1
          ports: [{name: redis, containerPort: 6379, protocol: TCP}]
          {{- if .Values.redis.auth.enabled }}
          env:
            - name: REDIS_PASSWORD
              valueFrom: {secretKeyRef: {name: {{ .Release.Name }}-redis, key: redis-password}}
          {{- end }}
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
{{- range $suffix := list "" "-headless" }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $.Release.Name }}-redis{{ $suffix }}
  labels: {{ $selector }}
spec:
  type: ClusterIP
  {{- if $suffix }}
  clusterIP: None
  {{- end }}
  ports: [{name: redis, port: 6379, targetPort: redis, protocol: TCP}]
  selector: {{ $selector }}
{{- end }}
{{- if .Values.redis.auth.enabled }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-redis
  labels: {{ $selector }}
type: Opaque
data:
  redis-password: {{ randAlphaNum 32 | b64enc }}
{{- end }}
"""


def write_public_chart(folder: Path) -> Path:
    """Write the stand-in into a folder of its own under `folder`."""
    chart = folder / "public-chart"
    (chart / "templates").mkdir(parents=True)
    files = {
        "Chart.yaml": _CHART,
        "values.yaml": _VALUES,
        "templates/_helpers.tpl": _HELPERS,
        "templates/application.yaml": _APPLICATION,
        "templates/redis.yaml": _REDIS,
    }
    for name, text in files.items():
        (chart / name).write_text(text, encoding="utf-8")
    return chart
