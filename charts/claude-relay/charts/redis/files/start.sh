#!/bin/sh
# Converts the data to the form that the configuration needs, then starts Redis.
#
# Redis with an append-only file does not read dump.rdb: if the file does not exist, Redis starts without data. Redis
# without an append-only file does not read the file. So this script converts one to the other, with a Redis that listens
# only on a socket. One rename at the end makes the result visible, so an interrupted conversion starts again at the next
# start. Replaced files are moved and never deleted. `taken-over` in appendonlydir identifies the dump.rdb that has been
# converted. If dump.rdb is another one, a Redis without the append-only file has run since (a rollback), and dump.rdb is newer.
set -eu
config=/run/redis/redis.conf
socket=/run/redis/takeover.sock

# The password is in a file in memory, because the arguments of a process are visible. Each byte is written as \xHH, so that
# no byte has a special meaning in the configuration.
umask 077
cat /etc/redis/redis.conf > "$config"
if [ -n "${REDIS_PASSWORD:-}" ]; then
  printf 'requirepass "%s"\n' "$(printf '%s' "$REDIS_PASSWORD" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')" >> "$config"
fi

ask() { env -u REDISCLI_AUTH redis-cli -s "$socket" "$@"; }

fail() { echo "the conversion of the data failed: $1. No data is lost, and the next start tries again"; exit 1; }

# Starts a Redis without redis.extraConfig and without a network. It logs to the standard output of the pod.
begin() {
  redis-server --dir /data --port 0 --unixsocket "$socket" --save '' "$@" &
  process=$!
  trap 'kill "$process" 2> /dev/null; exit 143' TERM INT
  until [ "$(ask PING 2> /dev/null)" = PONG ]; do
    kill -0 "$process" 2> /dev/null || fail 'Redis cannot read the data'
    sleep 0.2
  done
}

end() {
  ask SHUTDOWN NOSAVE || true
  wait "$process" || true
}

move_aside() {
  if [ -e "/data/$1" ]; then
    mv "/data/$1" "/data/$1.before-$(date +%s)"
  fi
}

persistence() { ask INFO persistence | grep -Eq "$1"; }

identity() { stat -c '%Y %s' /data/dump.rdb; }

take_dump_over() {
  echo 'converting dump.rdb to the append-only file'
  begin --appendonly no --appenddirname takeover.tmp
  [ "$(ask CONFIG SET appendonly yes)" = OK ] || fail 'Redis cannot create the append-only file'
  # What has failed, such as on a full volume, stays scheduled.
  while persistence 'aof_rewrite_(in_progress|scheduled):1' && persistence 'aof_last_bgrewrite_status:ok'; do sleep 0.2; done
  persistence 'aof_last_bgrewrite_status:ok' || fail 'Redis cannot write the append-only file'
  [ -s /data/takeover.tmp/appendonly.aof.manifest ] || fail 'Redis has not created the append-only file'
  end
  identity > /data/takeover.tmp/taken-over
  sync
  move_aside appendonlydir
  mv /data/takeover.tmp /data/appendonlydir
}

take_append_only_file_over() {
  echo 'converting the append-only file to dump.rdb'
  begin --appendonly yes --dbfilename takeover.tmp
  [ "$(ask SAVE)" = OK ] || fail 'Redis cannot write dump.rdb'
  end
  sync
  move_aside dump.rdb
  mv /data/takeover.tmp /data/dump.rdb
  move_aside appendonlydir
}

# A crash of the node can damage the end of the append-only file, and Redis does not start with some kinds of damage. The
# repair works on a copy, reports how many bytes it removes, and keeps the damaged files.
MOST_CUT=1048576
repair() {
  manifest=/data/appendonlydir/appendonly.aof.manifest
  if [ "${APPEND_ONLY_REPAIR:-never}" = never ] || [ ! -e "$manifest" ]; then return; fi
  if redis-check-aof "$manifest" > /run/redis/check.log 2>&1; then return; fi
  last=$(sed -n 's/^file \([^ ]*\) .*type i.*/\1/p' "$manifest" | tail -n 1)
  copy=/data/repair.tmp
  rm -rf "$copy"
  cp -a /data/appendonlydir "$copy" || refuse 'the volume has no space for the copy that the repair needs: increase the size of the volume'
  if ! echo y | redis-check-aof --fix "$copy/appendonly.aof.manifest" >> /run/redis/check.log 2>&1 ||
    ! redis-check-aof "$copy/appendonly.aof.manifest" >> /run/redis/check.log 2>&1; then
    cat /run/redis/check.log
    refuse 'redis-check-aof cannot repair it: restore a backup of the volume'
  fi
  cut=$(($(stat -c %s "/data/appendonlydir/$last") - $(stat -c %s "$copy/$last")))
  if [ "$cut" -gt "$MOST_CUT" ] && [ "$APPEND_ONLY_REPAIR" != all ]; then
    refuse "a repair would remove the last $cut bytes of $last: restore a backup, or set redis.appendOnlyRepair to all"
  fi
  sync
  kept=appendonlydir.damaged-$(date +%s)
  mv /data/appendonlydir "/data/$kept"
  mv "$copy" /data/appendonlydir
  echo "WARNING: the last $cut bytes of $last were damaged and have been removed. The damaged files are in /data/$kept"
}

refuse() {
  rm -rf /data/repair.tmp
  echo "the append-only file is damaged, and no file was changed: $1"
  exit 1
}

rm -rf /data/takeover.tmp
# Finish a repair that was interrupted between its two renames.
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
