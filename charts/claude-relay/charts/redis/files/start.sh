#!/bin/sh
# Starts Redis with the chart's configuration, and first brings its data into the form that the configuration asks for.
#
# A Redis that is told to use an append-only file and finds none starts empty, whatever dump.rdb holds; and one that is
# told not to use it ignores the file. So data is taken over from one into the other by a Redis that listens on a socket
# only. What it makes becomes visible by one rename at the end: an interrupted take-over begins anew at the next start.
# What is replaced is moved aside and never deleted. `taken-over` in appendonlydir names the dump.rdb that is in it
# already: with another one, a Redis without the append-only file has run since (a rollback), and its data is the newer.
set -eu
config=/run/redis/redis.conf
socket=/run/redis/takeover.sock

# The password goes into a file in memory, for it would be seen among a process's arguments; each byte as \xHH, so that
# none of them means anything in the configuration.
umask 077
cat /etc/redis/redis.conf > "$config"
if [ -n "${REDIS_PASSWORD:-}" ]; then
  printf 'requirepass "%s"\n' "$(printf '%s' "$REDIS_PASSWORD" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')" >> "$config"
fi

ask() { env -u REDISCLI_AUTH redis-cli -s "$socket" "$@"; }

fail() { echo "taking the data over failed: $1; nothing is lost, the next start tries again"; exit 1; }

# A Redis without the user's settings and without a network; its log is the pod's.
begin() {
  redis-server --dir /data --port 0 --unixsocket "$socket" --save '' "$@" &
  process=$!
  trap 'kill "$process" 2> /dev/null; exit 143' TERM INT
  until [ "$(ask PING 2> /dev/null)" = PONG ]; do
    kill -0 "$process" 2> /dev/null || fail 'Redis cannot read it'
    sleep 0.2
  done
}

end() {
  ask SHUTDOWN NOSAVE || true
  wait "$process" || true
  trap - TERM INT
}

move_aside() {
  if [ -e "/data/$1" ]; then
    mv "/data/$1" "/data/$1.before-$(date +%s)"
  fi
}

identity() { stat -c '%Y %s' /data/dump.rdb; }

take_dump_over() {
  echo 'taking the data of dump.rdb over into the append-only file'
  begin --appendonly no --appenddirname takeover.tmp
  [ "$(ask CONFIG SET appendonly yes)" = OK ] || fail 'no append-only file can be begun'
  while ask INFO persistence | grep -Eq 'aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
  ask INFO persistence | grep -q 'aof_last_bgrewrite_status:ok' || fail 'the append-only file cannot be written'
  [ -s /data/takeover.tmp/appendonly.aof.manifest ] || fail 'the append-only file is not there'
  end
  identity > /data/takeover.tmp/taken-over
  sync
  move_aside appendonlydir
  mv /data/takeover.tmp /data/appendonlydir
}

take_append_only_file_over() {
  echo 'taking the data of the append-only file over into dump.rdb'
  begin --appendonly yes --dbfilename takeover.tmp
  [ "$(ask SAVE)" = OK ] || fail 'dump.rdb cannot be written'
  end
  sync
  move_aside dump.rdb
  mv /data/takeover.tmp /data/dump.rdb
  move_aside appendonlydir
}

# The end of the append-only file can be damaged, as after a crash of the node, and Redis may not start with it. What is cut
# is told, and kept: the work is done on a copy.
MOST_CUT=1048576
repair() {
  manifest=/data/appendonlydir/appendonly.aof.manifest
  if [ "${APPEND_ONLY_REPAIR:-never}" = never ] || [ ! -e "$manifest" ]; then return; fi
  if redis-check-aof "$manifest" > /run/redis/check.log 2>&1; then return; fi
  last=$(sed -n 's/^file \([^ ]*\) .*type i.*/\1/p' "$manifest" | tail -n 1)
  copy=/data/repair.tmp
  rm -rf "$copy"
  cp -a /data/appendonlydir "$copy" || refuse 'there is no room on the volume for a copy to repair'
  if ! echo y | redis-check-aof --fix "$copy/appendonly.aof.manifest" >> /run/redis/check.log 2>&1 ||
    ! redis-check-aof "$copy/appendonly.aof.manifest" >> /run/redis/check.log 2>&1; then
    cat /run/redis/check.log
    refuse 'redis-check-aof cannot repair it: restore a copy of the volume'
  fi
  cut=$(($(stat -c %s "/data/appendonlydir/$last") - $(stat -c %s "$copy/$last")))
  if [ "$cut" -gt "$MOST_CUT" ] && [ "$APPEND_ONLY_REPAIR" != all ]; then
    refuse "a repair would cut the last $cut bytes of $last: restore a copy, or set redis.appendOnlyRepair to all"
  fi
  sync
  kept=appendonlydir.damaged-$(date +%s)
  mv /data/appendonlydir "/data/$kept"
  mv "$copy" /data/appendonlydir
  echo "WARNING: the last $cut bytes of $last were damaged and are cut; the damaged files are kept in /data/$kept"
}

refuse() {
  rm -rf /data/repair.tmp
  echo "the append-only file is damaged, and nothing was changed: $1"
  exit 1
}

rm -rf /data/takeover.tmp
# A repair that was interrupted between its two moves.
if [ ! -e /data/appendonlydir ] && [ -e /data/repair.tmp ]; then mv /data/repair.tmp /data/appendonlydir; fi
if grep -qx 'appendonly yes' "$config"; then
  repair
  if [ -s /data/dump.rdb ]; then
    if [ ! -e /data/appendonlydir ] && [ ! -e /data/appendonly.aof ]; then
      take_dump_over
    elif [ -e /data/appendonlydir/taken-over ] && [ "$(cat /data/appendonlydir/taken-over)" != "$(identity)" ]; then
      take_dump_over
    fi
  fi
elif [ -e /data/appendonlydir ]; then
  repair
  take_append_only_file_over
fi

exec redis-server "$config"
