{{/*
The mode for a render without a cluster (Argo CD, `helm template | kubectl apply`): no Secret with generated values is rendered.
A Job creates in the cluster what is missing. It is a hook of Helm and of Argo CD, and a plain Job for `kubectl apply`.
*/}}

{{/* "true" where the Job is to create the Secrets. Takes: the values, of this chart or of the subchart. */}}
{{- define "claude-relay.secretsjob.enabled" -}}
  {{- if get (get . "global" | default dict) "secretsJob" -}}true{{- end -}}
{{- end -}}

{{/* "true" where there is a Job: it is enabled, and there is a Secret to create. */}}
{{- define "claude-relay.secretsjob.runs" -}}
  {{- if include "claude-relay.secretsjob.enabled" .Values -}}
    {{- if include "claude-relay.secretsjob.secrets" . | fromJsonArray -}}true{{- end -}}
  {{- end -}}
{{- end -}}

{{/* The Secrets that the Job creates: a JSON list of metadata, generate (length of each key's value) and fixed (values). */}}
{{- define "claude-relay.secretsjob.secrets" -}}
  {{- $secrets := list -}}
  {{- $annotations := include "claude-relay.storage.keepAnnotations" dict | fromYaml -}}
  {{- /* Argo CD does not compare it: it is no part of the manifests. Helm may adopt it when the mode is turned off. */ -}}
  {{- $_ := set $annotations "argocd.argoproj.io/compare-options" "IgnoreExtraneous" -}}
  {{- $_ := set $annotations "meta.helm.sh/release-name" .Release.Name -}}
  {{- $_ := set $annotations "meta.helm.sh/release-namespace" .Release.Namespace -}}
  {{- /* No version of the chart: the Job would have another name with each. An annotation says whose the Secret is. */ -}}
  {{- $labels := omit (include "claude-relay.labels" (dict "context" .) | fromYaml) "app.kubernetes.io/version" "helm.sh/chart" -}}
  {{- $_ := set $annotations "claude-relay/chart" .Chart.Name -}}
  {{- if not .Values.config.existingSecret -}}
    {{- $metadata := dict "name" (include "claude-relay.secrets.name" .) "labels" $labels "annotations" $annotations -}}
    {{- $generate := include "claude-relay.secrets.lengths" . | fromYaml -}}
    {{- $fixed := dict "admin-username" (include "claude-relay.secrets.adminUsername" .) -}}
    {{- $secrets = append $secrets (dict "metadata" $metadata "generate" $generate "fixed" $fixed) -}}
  {{- end -}}
  {{- $auth := .Values.redis.auth -}}
  {{- if and .Values.redis.enabled $auth.enabled (not $auth.existingSecret) -}}
    {{- $redis := dict "values" .Values.redis "release" .Release -}}
    {{- $own := merge (include "claude-relay.redis.selectorLabels" $redis | fromYaml) $labels -}}
    {{- $metadata := dict "name" (include "claude-relay.redis.fullname" $redis) "labels" $own "annotations" $annotations -}}
    {{- $generate := include "claude-relay.redis.secretLengths" . | fromYaml -}}
    {{- $secrets = append $secrets (dict "metadata" $metadata "generate" $generate "fixed" dict) -}}
  {{- end -}}
  {{- toJson $secrets -}}
{{- end -}}

{{/* The name of the Job's ServiceAccount, Role and RoleBinding. */}}
{{- define "claude-relay.secretsjob.name" -}}
  {{- include "claude-relay.nameWith" (dict "context" . "suffix" "secrets") -}}
{{- end -}}

{{/*
The name of the Job. A Job cannot be changed: another pod template needs another name, so that `kubectl apply` does not fail.
*/}}
{{- define "claude-relay.secretsjob.jobName" -}}
  {{- $hash := include "claude-relay.secretsjob.podSpec" . | sha256sum | trunc 8 -}}
  {{- include "claude-relay.nameWith" (dict "context" . "suffix" (printf "secrets-%s" $hash)) -}}
{{- end -}}

{{/* Annotations of a hook that runs before all else. It is deleted when it has succeeded. Takes the weight. */}}
{{- define "claude-relay.secretsjob.annotations" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
argocd.argoproj.io/hook: PreSync
argocd.argoproj.io/sync-wave: {{ . | quote }}
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation,HookSucceeded
{{- end -}}

{{/* The PVC of the release's Redis, over which no new encryption key may be made; empty where there is none. */}}
{{- define "claude-relay.secretsjob.claim" -}}
  {{- if and .Values.redis.enabled .Values.redis.persistence.enabled (not .Values.allowDataLoss) -}}
    {{- include "claude-relay.redis.claimName" (dict "values" .Values.redis "release" .Release) -}}
  {{- end -}}
{{- end -}}

{{/* The spec of the Job's pod, but for what names the Job. */}}
{{- define "claude-relay.secretsjob.podSpec" -}}
restartPolicy: Never
serviceAccountName: {{ include "claude-relay.secretsjob.name" . | quote }}
automountServiceAccountToken: true
{{- with include "claude-relay.pullSecrets" . }}
{{ . }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- range $key := list "nodeSelector" "affinity" "tolerations" }}
{{- with get $.Values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
containers:
  - name: secrets
    image: {{ include "claude-relay.appImage" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command: [node, -e, {{ .Files.Get "files/secrets-job.js" | toJson }}]
    env:
      - name: JOB_NAME
        valueFrom: {fieldRef: {fieldPath: "metadata.labels['job-name']"}}
      - name: WANTED
        value: {{ include "claude-relay.secretsjob.wanted" . | toJson }}
    resources:
      {{- toYaml .Values.secretsJob.resources | nindent 6 }}
    securityContext:
      {{- toYaml .Values.securityContext | nindent 6 }}
{{- end -}}

{{/* What the Job's program is told, as JSON. */}}
{{- define "claude-relay.secretsjob.wanted" -}}
  {{- $wanted := dict "namespace" .Release.Namespace "claim" (include "claude-relay.secretsjob.claim" .) -}}
  {{- $_ := set $wanted "secrets" (include "claude-relay.secretsjob.secrets" . | fromJsonArray) -}}
  {{- toJson $wanted -}}
{{- end -}}

{{- define "claude-relay.secretsjob.guards" -}}
  {{- if include "claude-relay.secretsjob.enabled" .Values -}}
    {{- $config := .Values.config -}}
    {{- range $key := list "jwtSecret" "encryptionKey" "adminUsername" "adminPassword" }}
      {{- if get $config $key }}
- global.secretsJob is true and config.{{ $key }} is set: leave it empty, or create a Secret and name it in config.existingSecret
      {{- end }}
    {{- end }}
    {{- if not $config.generateSecrets }}
- global.secretsJob is true and config.generateSecrets is false: set one of them to its default
    {{- end }}
    {{- if and .Values.redis.enabled .Values.redis.auth.password }}
- global.secretsJob is true and redis.auth.password is set: leave it empty, or create a Secret and name it in
  redis.auth.existingSecret
    {{- end }}
    {{- if and (not .Values.redis.enabled) .Values.externalRedis.password }}
- global.secretsJob is true and externalRedis.password is set: create a Secret and name it in externalRedis.existingSecret
    {{- end }}
  {{- end }}
{{- end -}}
