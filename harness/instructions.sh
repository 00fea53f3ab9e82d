#!/usr/bin/env bash
# User-space instructions the generator spends on a request: repeatable to about a percent, where CPU time on a shared machine is not.
#
#   harness/instructions.sh [limit] [connections]
#
# Runs the generator twice under callgrind, for a short and for a longer phase, against a target outside of it, and divides the difference
# of instructions by the difference of requests; so what it costs to start is in neither. Counts the threads that run users, not the
# collector, whose work is once a second whatever the rate (callgrind slows requests down and seconds not). Exits with 1 above the limit.
#
# Builds the example `instructions` of the crate `scenarios` in release: all that a request goes through, without the tool around it, so
# that the check needs two thirds of the crates of a whole build. INSTRUCTIONS=PROGRAM takes a program that is there. Needs valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
limit=${1:-4500} connections=${2:-16}
command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind" >&2; exit 2; }
program=${INSTRUCTIONS:-target/release/examples/instructions}
[ -n "${INSTRUCTIONS:-}" ] || cargo build --release --locked -p scenarios --example instructions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions and requests of one run of so many seconds
count() {
  taskset -c 0 valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file="$work/out.$1" \
    "$program" "$connections" "$1" >"$work/requests" 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
  python3 - "$work" "$1" <<'PY'
import glob, re, sys
work, seconds = sys.argv[1:]
total = 0
for name in glob.glob(f"{work}/out.{seconds}-*"):
    text = open(name).read()
    if "user_main" in text:
        total += int(re.search(r"^(?:summary|totals): (\d+)", text, re.M).group(1))
print(total, int(open(f"{work}/requests").read()))
PY
}
short=$(count 3)
long=$(count 9)
python3 - $short $long "$limit" <<'PY'
import sys
few, fewer, many, more, limit = map(int, sys.argv[1:])
if more <= fewer or many <= few:
    sys.exit(f"nothing was counted: {few} instructions of {fewer} requests, {many} of {more}")
each = (many - few) / (more - fewer)
print(f"{each:.0f} user-space instructions a request, from {more - fewer} requests; limit {limit}")
sys.exit(each > limit)
PY
