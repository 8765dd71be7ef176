{{/*
The cluster: which version of Kubernetes the objects are for, and which kinds it knows.
*/}}

{{/* The version of Kubernetes that the objects are for: a real cluster's, which knows "v1/Pod", else the user's word. */}}
{{- define "claude-relay.kubeVersion" -}}
{{- if or (not .Values.kubeVersion) (.Capabilities.APIVersions.Has "v1/Pod") -}}
{{- .Capabilities.KubeVersion.Version -}}
{{- else -}}
{{- .Values.kubeVersion -}}
{{- end -}}
{{- end -}}

{{/*
What becomes of an object whose kind the cluster may not know: "true" where it is written. Fails are the guards'.
Takes: context, when (render, skip or fail), kind (group/version/Kind).
*/}}
{{- define "claude-relay.writes" -}}
{{- if or (ne .when "skip") (.context.Capabilities.APIVersions.Has .kind) -}}true{{- end -}}
{{- end -}}
