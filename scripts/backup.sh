#!/usr/bin/env bash
# Backs up all stores of the shop that Compose runs here: `scripts/backup.sh DIR`. The services are stopped during the backup,
# because orders, stock and payments are in different stores and must be from the same moment; `--live` leaves them running.
# DIR appears only when the backup is complete. docs/backup.md says what it contains, and what managed stores offer instead.
set -euo pipefail
read -ra compose <<<"${COMPOSE:-docker compose}"
live=false
target=
for argument in "$@"; do
  case "$argument" in
    --live) live=true ;;
    -*) target= && break ;;
    /*) target="${argument%/}" ;;
    *) target="$PWD/${argument%/}" ;;
  esac
done
[ -n "$target" ] || { echo "Usage: scripts/backup.sh DIR [--live]" >&2; exit 2; }
[ ! -e "$target" ] || { echo "$target already exists; name a new folder." >&2; exit 1; }
cd "$(dirname "$0")/.."
umask 077
partial="$target.partial"
mkdir -p "$(dirname "$target")"
mkdir "$partial" || { echo "Another backup is writing to $partial; delete that folder if none is." >&2; exit 1; }

on_redis() { "${compose[@]}" exec -T redis redis-cli "$@"; }
stopped=()
rewrite=
clean_up() {
  status=$?
  trap - EXIT
  # Each step runs regardless of the others: a store that is down must not keep the shop down.
  [ -z "$rewrite" ] || on_redis config set auto-aof-rewrite-percentage "$rewrite" >/dev/null || status=1
  # Through Docker, because Compose would wait for services that wait for that store.
  [ ${#stopped[@]} -eq 0 ] || docker start "${stopped[@]}" >/dev/null || status=1
  if [ -d "$partial" ]; then
    rm -rf "$partial"
    echo "No backup was made: see above." >&2
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [ "$live" = false ]; then
  # Everything that runs besides the stores, so that a new service is not forgotten and only running ones are restarted.
  running="$("${compose[@]}" ps --services --filter status=running)"
  read -ra services <<<"$(grep -vxE 'postgres|mongodb|redis|rabbitmq|mailpit' <<<"$running" | tr '\n' ' ')"
  if [ ${#services[@]} -gt 0 ]; then
    containers="$("${compose[@]}" ps --quiet "${services[@]}")"
    read -ra stopped <<<"$(tr '\n' ' ' <<<"$containers")"
    docker stop -t 12 "${stopped[@]}" >/dev/null
  fi
fi
databases="$("${compose[@]}" exec -T postgres psql --username postgres --tuples-only --no-align --command \
  "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1")"
for database in $databases; do
  "${compose[@]}" exec -T postgres pg_dump --username postgres --format custom "$database" >"$partial/$database.pgdump"
done
"${compose[@]}" exec -T mongodb mongodump --quiet --db products --archive >"$partial/products.mongodump"
# The append-only files can be copied while they grow, but not while they are rewritten.
rewrite="$(on_redis config get auto-aof-rewrite-percentage | tail -n 1)"
on_redis config set auto-aof-rewrite-percentage 0 >/dev/null
while state="$(on_redis info persistence)" && [[ "$state" == *aof_rewrite_in_progress:1* ]]; do sleep 1; done
"${compose[@]}" exec -T redis tar -C /data -c appendonlydir >"$partial/redis.tar"
tar -tf "$partial/redis.tar" >/dev/null
(cd "$partial" && sha256sum ./*.pgdump ./*.mongodump ./*.tar >SHA256SUMS)
sync "$partial"/*
mv "$partial" "$target"
echo "Backed up to $target ($(du -sh "$target" | cut -f1))"
