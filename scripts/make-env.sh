#!/usr/bin/env bash
# Writes .env with random secrets from .env.example. Does not change an existing .env.
set -euo pipefail
cd "$(dirname "$0")/.."
[ ! -e .env ] || { echo ".env already exists; delete it to create new secrets." >&2; exit 1; }
umask 077
secret() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
while IFS= read -r line; do
  case "$line" in
    '#'*) ;;
    *_PASSWORD= | *_SECRET=) line="$line$(secret)" ;;
  esac
  printf '%s\n' "$line"
done <.env.example >.env.partial
mv .env.partial .env
echo "Wrote .env"
