#!/bin/sh
# Readiness: succeeds if the application answers and Redis is healthy. GET /health has status 200 also without Redis, so the
# script reads the body. The application does not answer while Redis hangs, so there is a time limit.
# Usage: sh ready.sh ADDRESS SECONDS
fail() { echo "$1"; exit 1; }

# -q and --noproxy: ignore a .curlrc and the variable http_proxy, which would change the address.
answer=$(curl -q --silent --show-error --fail --noproxy '*' --max-time "$2" "http://$1/health" 2>&1) ||
  fail "GET http://$1/health: ${answer:-no answer within $2 s}"
case $answer in
  *'"redis":{'*) ;;
  *) fail "GET http://$1/health: the answer contains no status of Redis" ;;
esac
redis=${answer#*'"redis":{'}
redis=${redis%%'}'*}
case ",$redis," in
  *',"status":"healthy",'*) ;;
  *) fail "Redis is not healthy: $redis" ;;
esac
