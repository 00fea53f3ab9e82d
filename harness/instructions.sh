#!/usr/bin/env bash
# User-space instructions the generator spends on a request: repeatable to about a percent, where CPU time on a shared machine is not.
#
#   harness/instructions.sh [limit] [connections] [path]
#
# Runs the generator twice under callgrind, for a short and for a longer phase, against a reference engine outside of it, and divides the
# difference of instructions by the difference of requests; so what it costs to start is in neither. Counts the threads that run users,
# not the collector, whose work is once a second whatever the rate (callgrind slows requests down and seconds not). Exits with 1 above
# the limit; 4,353 were measured when this was written. Needs valgrind and two processors.
set -euo pipefail
cd "$(dirname "$0")/.."
limit=${1:-4500} connections=${2:-16} path=${3:-/v1/info}
command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind" >&2; exit 2; }
. harness/engine-for-scripts.sh

# instructions and requests of one run of so many seconds
count() {
  taskset -c 0 valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file="$work/out.$1" \
    "$loadtest" run --target "http://$address$path" -c "$connections" -d "$1s" -w 0s --metrics-listen off -q -o json --out "$work/run" \
    >"$work/run.json" 2>"$work/valgrind.txt" || [ -s "$work/run.json" ] || { cat "$work/valgrind.txt" >&2; exit 1; }
  python3 - "$work" "$1" <<'PY'
import glob, json, re, sys
work, seconds = sys.argv[1:]
total = 0
for name in glob.glob(f"{work}/out.{seconds}-*"):
    text = open(name).read()
    if "user_main" in text:
        total += int(re.search(r"^(?:summary|totals): (\d+)", text, re.M).group(1))
print(total, json.load(open(f"{work}/run.json"))["requests"])
PY
}
read -r few fewer < <(count 3)
read -r many more < <(count 9)
python3 - "$few" "$fewer" "$many" "$more" "$limit" <<'PY'
import sys
few, fewer, many, more, limit = map(int, sys.argv[1:])
each = (many - few) / (more - fewer)
print(f"{each:.0f} user-space instructions a request, from {more - fewer} requests; limit {limit}")
sys.exit(each > limit)
PY
