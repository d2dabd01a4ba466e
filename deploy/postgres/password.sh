# password SECRET: the password in a URL that a secret holds; ends with a sentence when it is missing, empty or weak.
password() {
  path=${SECRETS:-/run/secrets}/$1
  if [ ! -f "$path" ]; then
    echo "The secret $1 is missing: run \`make secrets\`, then start again." >&2
    exit 1
  fi
  word=$(sed -E 's,^postgresql://[^:@/]*:([^@]*)@.*,\1,' "$path")
  case $word in
    *[!A-Za-z0-9]*)
      echo "The password in the secret $1 may hold letters and digits only: remove the file and run \`make secrets\`." >&2
      exit 1
      ;;
  esac
  if [ "${#word}" -lt 24 ]; then
    echo "The password in the secret $1 is empty or shorter than 24 characters: remove the file and run \`make secrets\`." >&2
    exit 1
  fi
  printf %s "$word"
}
