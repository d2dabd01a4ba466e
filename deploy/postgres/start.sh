#!/bin/sh
# Starts PostgreSQL once the secrets hold passwords that are none by accident; refuses without. Arguments go on to it.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
. "$here/password.sh"
for secret in owner_database_url worker_database_url; do password "$secret" >/dev/null; done
# Of the superuser: the image asks for one when it makes a new volume, and roles.sh takes it away again.
POSTGRES_PASSWORD=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
export POSTGRES_PASSWORD
exec docker-entrypoint.sh postgres "$@"
