#!/usr/bin/env bash
# Backs up all stores of the shop that Compose runs here: `scripts/backup.sh DIR`. The services stop meanwhile, because
# orders, stock and payments lie in different stores and must be of one moment; `--live` leaves them running.
# docs/backup.md says what is in it, and what managed stores offer instead.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra compose <<<"${COMPOSE:-docker compose}"
services=(gateway users products cart orders payments notifications)
live=false
[ "${2:-}" = --live ] && live=true
target="${1:?Usage: scripts/backup.sh DIR [--live]}"
if [ -e "$target" ]; then
  echo "$target exists already; name a folder that does not." >&2
  exit 1
fi
umask 077
mkdir -p "$target.partial"

resume() { [ "$live" = true ] || "${compose[@]}" start "${services[@]}" >/dev/null; }
if [ "$live" = false ]; then
  trap resume EXIT
  "${compose[@]}" stop --timeout 12 "${services[@]}"
fi
for database in users orders payments notifications; do
  "${compose[@]}" exec -T postgres pg_dump --username postgres --format custom "$database" >"$target.partial/$database.pgdump"
done
"${compose[@]}" exec -T mongodb mongodump --quiet --db products --archive >"$target.partial/products.mongodump"
# The append-only files may be copied while they grow, as long as they are not rewritten.
"${compose[@]}" exec -T redis redis-cli config set auto-aof-rewrite-percentage 0 >/dev/null
"${compose[@]}" exec -T redis tar -C /data -c appendonlydir >"$target.partial/redis.tar"
"${compose[@]}" exec -T redis redis-cli config set auto-aof-rewrite-percentage 100 >/dev/null
(cd "$target.partial" && sha256sum ./*.pgdump ./*.mongodump ./*.tar >SHA256SUMS)
# Only a whole backup has the name.
mv "$target.partial" "$target"
echo "Backed up to $target"
