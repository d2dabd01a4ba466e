#!/bin/sh
# Starts Redis with redis.conf beside it, the users of users.acl and the passwords that the secrets hold; refuses without.
# Arguments go on to redis-server. SECRETS: the folder of the secrets.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
secrets=${SECRETS:-/run/secrets}

refuse() {
  echo "$1" >&2
  exit 1
}

digest() { # SECRET: the SHA-256 of the password in it; of a URL, of the password it names
  [ -f "$secrets/$1" ] || refuse "The secret $1 is missing: run \`make secrets\`, then start again."
  password=$(sed -E 's,^redis://[^:@/]*:([^@]*)@.*,\1,' "$secrets/$1")
  case $password in
    *[!A-Za-z0-9]*) refuse "The password in the secret $1 may hold letters and digits only: remove the file and run \`make secrets\`." ;;
  esac
  [ "${#password}" -ge 24 ] ||
    refuse "The password in the secret $1 is empty or shorter than 24 characters: remove the file and run \`make secrets\`."
  printf %s "$password" | sha256sum | cut -d ' ' -f 1
}

admin=$(digest redis_admin_password)
ingest=$(digest ingest_redis_url)
worker=$(digest worker_redis_url)
umask 077
users=$(mktemp)
# Redis wants each user on one line, and no comments.
sed -e "s/@redis_admin_password/#$admin/" -e "s/@ingest_redis_url/#$ingest/" -e "s/@worker_redis_url/#$worker/" "$here/users.acl" |
  awk '/^#|^$/ { next } /^user/ && lines++ { print "" } { sub(/^ +/, " "); printf "%s", $0 } END { print "" }' >"$users"
exec redis-server "$here/redis.conf" --aclfile "$users" "$@"
