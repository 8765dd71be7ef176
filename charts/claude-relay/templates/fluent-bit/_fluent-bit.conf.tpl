# Ships the log files of the application. The chart renders this file; see templates/_fluentbit.tpl.
[SERVICE]
    Flush                     1
    Grace                     5
    Log_Level                 {{ .Values.storage.logs.fluentbit.logLevel }}
    Parsers_File              /fluent-bit/etc/claude-relay/parsers.conf
    HTTP_Server               On
    # The address that the kubelet and Prometheus use, IPv4 or IPv6.
    HTTP_Listen               ${POD_IP}
    HTTP_Port                 2020
    Health_Check              On
    # The maximum pause before a retry is 30 seconds. The default is 33 minutes.
    scheduler.base            1
    scheduler.cap             30
    storage.path              /fluent-bit/state/buffer
    storage.sync              normal
    storage.backlog.mem_limit 16M

# Only known files are read: claude-relay-auth-detail-*.log and http-debug-*.log contain complete credentials.
# When a file reaches its maximum size, the application writes to a new file (DATE.log.1, .log.2, …) and compresses the
# previous one soon after. So Refresh_Interval must be short.
[INPUT]
    Name                 tail
    Tag                  claude-relay
    Path                 {{ include "claude-relay.fluentbit.paths" . }}
    Exclude_Path         *.gz
    Path_Key             file
    Parser               claude-relay
    DB                   /fluent-bit/state/tail.db
    # A new file can have the inode of a deleted file.
    DB.compare_filename  On
    Read_from_Head       On
    Refresh_Interval     {{ include "claude-relay.fluentbit.refreshInterval" . }}
    Skip_Long_Lines      On
    Buffer_Max_Size      1M
    storage.type         filesystem

# In these files, a record is JSON of several lines.
[INPUT]
    Name                 tail
    Tag                  token-refresh
    Path                 /app/logs/token-refresh*.log
    Exclude_Path         *.gz{{ if not .Values.storage.logs.fluentbit.shipCopies }},*token-refresh-error*{{ end }}
    Path_Key             file
    multiline.parser     claude-relay-pretty
    DB                   /fluent-bit/state/tail-token-refresh.db
    DB.compare_filename  On
    Read_from_Head       On
    Refresh_Interval     {{ include "claude-relay.fluentbit.refreshInterval" . }}
    Skip_Long_Lines      On
    Buffer_Max_Size      1M
    storage.type         filesystem

[FILTER]
    Name          parser
    Match         token-refresh
    Key_Name      log
    Parser        claude-relay-token-refresh
    Reserve_Data  On

[FILTER]
    Name          lua
    Match         *
    Script        /fluent-bit/etc/claude-relay/records.lua
    Call          ship
    Type_Int_Key  status duration_ms bytes

[FILTER]
    Name    record_modifier
    Match   *
    Record  pod ${POD_NAME}
    Record  namespace ${POD_NAMESPACE}
    Record  node ${NODE_NAME}

[OUTPUT]
{{- range (include "claude-relay.fluentbit.output" . | fromJson).lines }}
    {{ .key }}  {{ .text }}
{{- end }}
