{{/*
The mode for a render without a cluster (Argo CD, `helm template | kubectl apply`). The chart renders no Secret with generated
values. A Job creates the missing Secrets in the cluster. It is a hook of Helm and of Argo CD, and a plain Job for
`kubectl apply`.
*/}}

{{/* "true" if the Job creates the Secrets. Argument: the values of this chart or of the subchart. */}}
{{- define "claude-relay.secretsjob.enabled" -}}
  {{- if .global.secretsJob -}}true{{- end -}}
{{- end -}}

{{/* "true" if the Job is rendered: it is enabled, and there is a Secret to create. */}}
{{- define "claude-relay.secretsjob.runs" -}}
  {{- if include "claude-relay.secretsjob.enabled" .Values -}}
    {{- if include "claude-relay.secretsjob.secrets" . | fromJsonArray -}}true{{- end -}}
  {{- end -}}
{{- end -}}

{{/* The Secrets that the Job creates: a JSON list with metadata, generate (key → length of the value) and fixed (key → value). */}}
{{- define "claude-relay.secretsjob.secrets" -}}
  {{- $secrets := list -}}
  {{- $keep := dict "context" . "own" .Values.secretAnnotations -}}
  {{- $annotations := include "claude-relay.storage.keepAnnotations" $keep | fromYaml -}}
  {{- /* The Secret is not in the manifests: Argo CD must not compare it, and Helm can adopt it when the mode is disabled. */ -}}
  {{- $_ := set $annotations "argocd.argoproj.io/compare-options" "IgnoreExtraneous" -}}
  {{- $_ := set $annotations "meta.helm.sh/release-name" .Release.Name -}}
  {{- $_ := set $annotations "meta.helm.sh/release-namespace" .Release.Namespace -}}
  {{- /* Without the version of the chart, because each version would change the name of the Job. An annotation names the chart. */ -}}
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
The name of the Job. The pod template of a Job is immutable. So the name changes with the template, and `kubectl apply` does
not fail.
*/}}
{{- define "claude-relay.secretsjob.jobName" -}}
  {{- $hash := include "claude-relay.secretsjob.podSpec" . | sha256sum | trunc 8 -}}
  {{- include "claude-relay.nameWith" (dict "context" . "suffix" (printf "secrets-%s" $hash)) -}}
{{- end -}}

{{/* Annotations of a hook that runs first and is deleted after it has succeeded. Arguments: context, weight. */}}
{{- define "claude-relay.secretsjob.annotations" -}}
{{- $hook := dict "helm.sh/hook" "pre-install,pre-upgrade" "helm.sh/hook-weight" .weight -}}
{{- $_ := set $hook "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" -}}
{{- $_ := set $hook "argocd.argoproj.io/hook" "PreSync" -}}
{{- $_ := set $hook "argocd.argoproj.io/sync-wave" .weight -}}
{{- $_ := set $hook "argocd.argoproj.io/hook-delete-policy" "BeforeHookCreation,HookSucceeded" -}}
{{- include "claude-relay.annotations" (dict "context" .context "own" .context.Values.secretsJob.annotations "fixed" $hook) -}}
{{- end -}}

{{/* The PVC of the release's Redis. If it has data, the Job must not generate an encryption key. Empty if there is no such PVC. */}}
{{- define "claude-relay.secretsjob.claim" -}}
  {{- if and .Values.redis.enabled .Values.redis.persistence.enabled (not .Values.allowDataLoss) -}}
    {{- include "claude-relay.redis.claimName" (dict "values" .Values.redis "release" .Release) -}}
  {{- end -}}
{{- end -}}

{{/* The spec of the Job's pod. It does not contain the name of the Job, which is made from it. */}}
{{- define "claude-relay.secretsjob.podSpec" -}}
restartPolicy: Never
serviceAccountName: {{ include "claude-relay.secretsjob.name" . | quote }}
automountServiceAccountToken: true
{{- with include "claude-relay.pullSecrets" . }}
{{ . }}
{{- end }}
securityContext: {{ toJson .Values.podSecurityContext }}
{{- with include "claude-relay.pod.network" . | trim }}
{{ . }}
{{- end }}
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
    resources: {{ toJson .Values.secretsJob.resources }}
    securityContext: {{ toJson .Values.securityContext }}
{{- end -}}

{{/* The input of the Job's program: JSON. */}}
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
- global.secretsJob is true and config.{{ $key }} is set: leave it empty, or create a Secret and set
  config.existingSecret to its name
      {{- end }}
    {{- end }}
    {{- if not $config.generateSecrets }}
- global.secretsJob is true and config.generateSecrets is false: set global.secretsJob to false, or config.generateSecrets
  to true
    {{- end }}
    {{- if and .Values.redis.enabled .Values.redis.auth.password }}
- global.secretsJob is true and redis.auth.password is set: leave it empty, or create a Secret and set
  redis.auth.existingSecret to its name
    {{- end }}
    {{- if and (not .Values.redis.enabled) .Values.externalRedis.password }}
- global.secretsJob is true and externalRedis.password is set: leave it empty, create a Secret, and set
  externalRedis.existingSecret to its name
    {{- end }}
  {{- end }}
{{- end -}}
