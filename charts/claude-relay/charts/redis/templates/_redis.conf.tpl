# Rendered by the chart. redis.extraConfig is at the end, so it takes precedence.
bind * -::*
port 6379
# Pods connect to Redis over the network. redis.auth.enabled decides whether it has a password.
protected-mode no
dir /data
{{- with include "claude-relay.redis.maxMemory" . }}
# Maximum size of the data in bytes. Redis then rejects writes. Without it, the kernel would kill Redis at its limit.
maxmemory {{ . }}
maxmemory-policy noeviction
{{- end }}
{{- if .Values.appendOnly }}
appendonly yes
appendfsync everysec
# Redis does not write dump.rdb: see start.sh.
save ""
{{- else }}
appendonly no
{{- end }}
{{ .Values.extraConfig }}
