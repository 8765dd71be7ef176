# A line of the application's log files is JSON. Its time is in the time zone of the application and has no offset.
[PARSER]
    Name         claude-relay
    Format       json
    Time_Key     ts
    Time_Format  %Y-%m-%d %H:%M:%S
    Time_Offset  {{ include "claude-relay.fluentbit.timeOffset" . }}
    Time_Keep    On

# token-refresh*.log: a record is JSON of several lines. Its time is in UTC, with any time zone of the application.
[MULTILINE_PARSER]
    name           claude-relay-pretty
    type           regex
    flush_timeout  1000
    rule           "start_state"  "/^\{$/"        "inside"
    rule           "inside"       "/^(  |\}$)/"  "inside"

[PARSER]
    Name         claude-relay-token-refresh
    Format       json
    Time_Key     timestamp
    Time_Format  %Y-%m-%d %H:%M:%S.%L
    Time_Offset  +0000
    Time_Keep    On
