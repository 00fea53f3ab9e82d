#!/usr/bin/env bash
# How much generator CPU a request costs us, against wrk, on the same endpoint in the same minutes.
#
#   harness/against-wrk.sh [rounds] [seconds] [connections]
#
# Starts the reference engine on processor 1, then runs wrk, loadtest and `bare` in turn on processor 0, all closed with the same number of
# connections and all on processors that may sleep, and prints requests per CPU second of the generator for each round, the medians and the
# ratios to wrk. `bare` (harness/driver/examples) sends the same bytes again when something came, and does nothing else: what it reaches is
# what the kernel leaves of a CPU second on this machine, whatever the generator. Needs wrk (apt-get install wrk) and two processors.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5} seconds=${2:-10} connections=${3:-100}
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 2; }
bare=${BARE:-target/release/examples/bare}
[ -n "${BARE:-}" ] || cargo build --release --locked -p driver --example bare
. harness/engine-for-scripts.sh
url="http://$address/v1/info"

# user + system seconds of a command on processor 0; what it says is in $work/said.txt
cpu_of() {
  local TIMEFORMAT="%U %S"
  { time taskset -c 0 "$@" >"$work/said.txt" 2>"$work/errors.txt"; } 2>&1 | awk '{print $1 + $2}'
}
# requests per CPU second of one run of each
wrk_round() {
  local cpu
  cpu=$(cpu_of wrk -t1 -c"$connections" -d"${seconds}s" "$url")
  awk -v cpu="$cpu" '/requests in/ {printf "%.0f\n", $1 / cpu}' "$work/said.txt"
}
bare_round() {
  local cpu
  cpu=$(cpu_of "$bare" "$address" /v1/info "$connections" "$seconds")
  awk -v cpu="$cpu" '{printf "%.0f\n", $1 / cpu}' "$work/said.txt"
}
ours_round() {
  taskset -c 0 "$loadtest" run --target "$url" --allow-idle-states -c "$connections" -d "${seconds}s" -w 1s --metrics-listen off -q -o json --out "$work/run" >"$work/run.json"
  python3 - "$work/run.json" <<'PY'
import json, sys
summary = json.load(open(sys.argv[1]))
print(round(summary["requests"] / summary["generator_cpu_seconds"]))
PY
}

printf 'endpoint %s, %s connections, %s s a run, requests per generator CPU second\n' /v1/info "$connections" "$seconds"
printf '%6s %10s %10s %7s %10s %7s\n' round wrk loadtest ratio bare ratio
for round in $(seq "$rounds"); do
  theirs=$(wrk_round) ours=$(ours_round) least=$(bare_round)
  echo "$theirs $ours $least" >>"$work/rounds"
  awk -v n="$round" -v a="$theirs" -v b="$ours" -v c="$least" 'BEGIN {printf "%6d %10d %10d %7.2f %10d %7.2f\n", n, a, b, b / a, c, c / a}'
done
python3 - "$work/rounds" <<'PY'
import statistics, sys
rows = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
wrk, ours, bare = (statistics.median(column) for column in zip(*rows))
ratios, least = sorted(b / a for a, b, _ in rows), sorted(c / a for a, _, c in rows)
print(f"median {wrk:10.0f} {ours:10.0f} {statistics.median(ratios):7.2f} {bare:10.0f} {statistics.median(least):7.2f}")
print(f"loadtest from {ratios[0]:.2f} to {ratios[-1]:.2f} of wrk, bare from {least[0]:.2f} to {least[-1]:.2f}")
PY
