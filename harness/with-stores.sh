#!/usr/bin/env bash
# Runs a command beside a PostgreSQL and a Redis server of its own, both empty, on free ports of this machine and gone at its end.
#
#   harness/with-stores.sh COMMAND [ARGUMENT...]
#
# The command finds their addresses in STORE_URL and CACHE_URL, and may name them so in its own arguments: single quotes keep the shell that
# calls this from looking for them first.
#
#   harness/with-stores.sh cargo run --release -- run --plan postgres --engine 'store=$STORE_URL'
#   harness/with-stores.sh cargo run --release -p engine -- lab stores --store '$STORE_URL' --cache '$CACHE_URL'
#
# PostgreSQL syncs as it does in life; STORE_SYNC=off gives that up. Exit code: the command's own, or 2 if a server is missing.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }

missing() { echo "error: $1 is missing" >&2; echo "hint: apt-get install --no-install-recommends $2" >&2; exit 2; }
command -v redis-server >/dev/null || missing redis-server redis-server
# On the path there may be links to some of its programs only, and Debian has none there.
bin=$(command -v postgres || ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -1 || true)
bin=$(dirname "$(readlink -f "$bin")")
[ -x "$bin/initdb" ] && [ -x "$bin/pg_isready" ] || missing postgres postgresql
command -v python3 >/dev/null || missing python3 python3

work=$(mktemp -d)
as=()
# PostgreSQL refuses to run as root; its package makes a user for it.
if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || missing "the user postgres" postgresql
  as=(setpriv --reuid postgres --regid postgres --clear-groups --)
  chown postgres "$work"
fi
postgres= redis=
finish() {
  [ -z "$postgres" ] || kill -INT "$postgres" 2>/dev/null || true
  [ -z "$redis" ] || kill "$redis" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
# Ctrl-C ends the command; the servers end after it, and not by the same signal.
trap '' INT

read -r port cache_port < <(python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in taken))')

(cd / && "${as[@]}" "$bin/initdb" --auth=trust --encoding=UTF8 --locale=C --username=bank --pgdata "$work/data" >"$work/initdb" 2>&1) ||
  { cat "$work/initdb" >&2; exit 2; }
# The share of memory and the size of the log between two checkpoints are what a small server gets by hand; everything else is the default.
(cd / && exec "${as[@]}" setsid "$bin/postgres" -D "$work/data" -p "$port" -c listen_addresses=127.0.0.1 -k "$work/data" \
  -c shared_buffers=256MB -c max_wal_size=4GB -c "fsync=${STORE_SYNC:-on}" >"$work/postgres" 2>&1) &
postgres=$!
setsid redis-server --port "$cache_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >"$work/redis" 2>&1 &
redis=$!
waited=0
until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && (: <"/dev/tcp/127.0.0.1/$cache_port") 2>/dev/null; do
  waited=$((waited + 1))
  [ "$waited" -lt 300 ] && kill -0 "$postgres" 2>/dev/null && kill -0 "$redis" 2>/dev/null || { cat "$work/postgres" "$work/redis" >&2; exit 2; }
  sleep 0.1
done

export STORE_URL="postgres://bank@127.0.0.1:$port/postgres" CACHE_URL="redis://127.0.0.1:$cache_port"
command=()
for argument in "$@"; do
  argument=${argument//'$STORE_URL'/$STORE_URL}
  command+=("${argument//'$CACHE_URL'/$CACHE_URL}")
done
trap - INT
"${command[@]}"
