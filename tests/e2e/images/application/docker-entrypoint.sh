#!/bin/sh
# The start rules: no start without the two keys, a set-up before the first start, then the server as process 1.
set -e
cd "$(dirname "$0")"

for name in JWT_SECRET ENCRYPTION_KEY; do
  if [ -z "$(printenv "$name")" ]; then
    echo "$name is not set" >&2
    exit 1
  fi
done

[ -e .env ] || printf 'NODE_ENV=production\n' > .env
[ -e data/init.json ] || node src/setup.js
exec node src/server.js
