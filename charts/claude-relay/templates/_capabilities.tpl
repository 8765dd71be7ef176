{{/*
The cluster: its version of Kubernetes and the optional kinds that it has.
*/}}

{{/* "true" in a real cluster, which has the kind "v1/Pod". Without a cluster, Helm only knows the kinds of `--api-versions`. */}}
{{- define "claude-relay.capabilities.cluster" -}}
{{- if .Capabilities.APIVersions.Has "v1/Pod" -}}true{{- end -}}
{{- end -}}

{{/* The version of Kubernetes: the version of a real cluster, otherwise `kubeVersion` of the values. */}}
{{- define "claude-relay.kubeVersion" -}}
{{- if or (not .Values.kubeVersion) (include "claude-relay.capabilities.cluster" .) -}}
{{- .Capabilities.KubeVersion.Version -}}
{{- else -}}
{{- .Values.kubeVersion -}}
{{- end -}}
{{- end -}}

{{/* The optional kinds, by the section of the values that enables the object: YAML. */}}
{{- define "claude-relay.capabilities.optionalKinds" -}}
httpRoute: gateway.networking.k8s.io/v1/HTTPRoute
serviceMonitor: monitoring.coreos.com/v1/ServiceMonitor
prometheusRule: monitoring.coreos.com/v1/PrometheusRule
{{- end -}}

{{/* "true" if the object of an optional kind is rendered. Arguments: context, part (section of the values). */}}
{{- define "claude-relay.capabilities.renders" -}}
  {{- $part := get .context.Values .part -}}
  {{- if $part.enabled -}}
    {{- $kind := get (include "claude-relay.capabilities.optionalKinds" . | fromYaml) .part -}}
    {{- if or (ne $part.ifCRDMissing "skip") (.context.Capabilities.APIVersions.Has $kind) -}}true{{- end -}}
  {{- end -}}
{{- end -}}

{{- define "claude-relay.capabilities.guards" -}}
  {{- $version := include "claude-relay.kubeVersion" . -}}
  {{- $capabilities := .Capabilities -}}
  {{- if and (semverCompare "<1.19-0" $version) (include "claude-relay.capabilities.cluster" .) }}
- Kubernetes {{ $version }} is too old: the chart requires Kubernetes 1.19 or later
  {{- end }}
  {{- $since := dict "ipFamilyPolicy" "1.20" "ipFamilies" "1.20" "loadBalancerClass" "1.21" "internalTrafficPolicy" "1.21" }}
  {{- range $field, $wanted := $since }}
    {{- if and (get $.Values.service $field) (semverCompare (printf ">=1.19-0 <%s-0" $wanted) $version) }}
- service.{{ $field }} requires Kubernetes {{ $wanted }}, but the version is {{ $version }}: leave it empty
    {{- end }}
  {{- end }}
  {{- range $part, $kind := include "claude-relay.capabilities.optionalKinds" . | fromYaml }}
    {{- $values := get $.Values $part }}
    {{- if and $values.enabled (eq $values.ifCRDMissing "fail") (not ($capabilities.APIVersions.Has $kind)) }}
- {{ $part }}.enabled is true but the cluster does not have {{ $kind }}: install its CRD, or set {{ $part }}.ifCRDMissing to
  render or skip
    {{- end }}
  {{- end }}
{{- end -}}
