#!/bin/sh
# Readiness: succeeds if the application answers and its Redis is healthy. GET /health has status 200 also when Redis is
# away, so the answer decides. It does not answer while Redis hangs, so there is a time limit.
# Usage: sh ready.sh ADDRESS SECONDS
fail() { echo "$1"; exit 1; }

# -q and --noproxy: neither a .curlrc nor http_proxy in the environment may change where this goes.
answer=$(curl -q --silent --show-error --fail --noproxy '*' --max-time "$2" "http://$1/health" 2>&1) ||
  fail "GET http://$1/health: ${answer:-no answer within $2 s}"
case $answer in
  *'"redis":{'*) ;;
  *) fail "GET http://$1/health: the answer says nothing about Redis" ;;
esac
redis=${answer#*'"redis":{'}
redis=${redis%%'}'*}
case ",$redis," in
  *',"status":"healthy",'*) ;;
  *) fail "the application says of Redis: $redis" ;;
esac
