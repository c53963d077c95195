#!/bin/sh
# Writes .env with random secrets, out of .env.example. Leaves an existing .env alone.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo ".env is there already; delete it to have new secrets made." >&2
  exit 1
fi
umask 077
while IFS= read -r line; do
  case "$line" in
    '#'*) ;;
    *_PASSWORD= | *_SECRET=) line="$line$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')" ;;
  esac
  printf '%s\n' "$line"
done <.env.example >.env
echo "Wrote .env"
