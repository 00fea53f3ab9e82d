#!/usr/bin/env bash
# Resident memory of the generator while it offers a constant rate: the same after a minute and after an hour, or something grows with time.
#
#   harness/memory.sh [minutes] [rate] [connections] [path]
#
# Reads the resident set once a minute from the kernel's own count, prints each reading, and exits with 1 if the last one lies more than 5 % from
# the first, taken after one minute. It does not matter how busy the machine is otherwise: a late generator keeps more, not less.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-60} rate=${2:-20000} connections=${3:-100} path=${4:-/v1/info}
. harness/engine-for-scripts.sh

"$loadtest" run --target "http://$address$path" --rate "$rate" -c "$connections" -d "$((minutes * 60 + 30))s" -w 5s --metrics-listen off -q \
  --out "$work/run" >/dev/null 2>"$work/errors" &
generator=$!
trap 'kill -INT "$generator" 2>/dev/null; wait "$generator" 2>/dev/null; exec 9>&-; wait "$engine" 2>/dev/null; rm -rf "$work"' EXIT
sleep 5
first=
for minute in $(seq "$minutes"); do
  sleep 60
  resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$generator/status" 2>/dev/null) || { cat "$work/errors" >&2; exit 2; }
  first=${first:-$resident}
  echo "minute $minute: $resident KiB"
done
awk -v first="$first" -v last="$resident" -v minutes="$minutes" 'BEGIN {
  change = last / first - 1
  printf "%+.1f %% from minute 1 to minute %d; limit 5 %%\n", 100 * change, minutes
  exit (change > 0.05 || change < -0.05)
}'
