#!/bin/sh
# Starts Redis with the chart's configuration. The password goes into a file in memory, for it would be seen among a
# process's arguments; and the data of a Redis that had no append-only file is taken over into one, since a Redis that
# is told to use such a file and finds none starts empty.
set -eu
config=/run/redis/redis.conf
umask 077
cat /etc/redis/redis.conf > "$config"
if [ -n "${REDIS_PASSWORD:-}" ]; then
  printf 'requirepass "%s"\n' "$(printf '%s' "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')" >> "$config"
fi

ask() { redis-cli -s /run/redis/takeover.sock "$@"; }
appendonly=$(sed -n 's/^appendonly *//p' "$config" | tail -n 1)
if [ "$appendonly" = yes ] && [ -s /data/dump.rdb ] && [ ! -e /data/appendonlydir ] && [ ! -e /data/appendonly.aof ]; then
  echo "taking the data of dump.rdb over into the append-only file"
  redis-server "$config" --appendonly no --port 0 --unixsocket /run/redis/takeover.sock --daemonize yes --save '' --pidfile /run/redis/takeover.pid
  until [ "$(ask PING 2>/dev/null)" = PONG ]; do sleep 0.2; done
  ask CONFIG SET appendonly yes
  while ask INFO persistence | grep -Eq 'aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
  ask INFO persistence | grep -q 'aof_last_bgrewrite_status:ok'
  process=$(cat /run/redis/takeover.pid)
  ask SHUTDOWN NOSAVE || true
  while kill -0 "$process" 2>/dev/null; do sleep 0.2; done
fi

exec redis-server "$config"
