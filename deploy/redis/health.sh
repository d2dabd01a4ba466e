#!/bin/sh
# Whether Redis answers, is not loading, and its append-only file could be written.
set -eu
REDISCLI_AUTH=$(cat "${SECRETS:-/run/secrets}/redis_admin_password")
export REDISCLI_AUTH
redis-cli --user admin --no-auth-warning info persistence | grep -q '^aof_last_write_status:ok' &&
  redis-cli --user admin --no-auth-warning ping | grep -q PONG
