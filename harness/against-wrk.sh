#!/usr/bin/env bash
# How much generator CPU a request costs us, against wrk, on the same endpoint in the same minutes.
#
#   harness/against-wrk.sh [rounds] [seconds] [connections]
#
# Starts the reference engine on processor 1, then runs wrk and loadtest in turn on processor 0, both closed with the same
# number of connections and both on processors that may sleep, and prints requests per CPU second of the generator for each round, the medians and their ratio. Needs wrk
# (apt-get install wrk) and two processors.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5} seconds=${2:-10} connections=${3:-100}
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 2; }
. harness/engine-for-scripts.sh
url="http://$address/v1/info"

# user + system seconds and requests of one run of each
wrk_round() {
  /usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time taskset -c 0 wrk -t1 -c'"$connections"' -d'"$seconds"'s '"$url"' >'"$work"'/wrk.txt' 2>"$work/wrk.time"
  requests=$(awk '/requests in/ {print $1}' "$work/wrk.txt")
  awk -v r="$requests" '{printf "%.0f\n", r / ($1 + $2)}' "$work/wrk.time"
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
printf '%6s %10s %10s %7s\n' round wrk loadtest ratio
for round in $(seq "$rounds"); do
  theirs=$(wrk_round) ours=$(ours_round)
  echo "$theirs $ours" >>"$work/rounds"
  awk -v n="$round" -v a="$theirs" -v b="$ours" 'BEGIN {printf "%6d %10d %10d %7.2f\n", n, a, b, b / a}'
done
python3 - "$work/rounds" <<'PY'
import statistics, sys
rows = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
wrk, ours = (statistics.median(column) for column in zip(*rows))
ratios = sorted(b / a for a, b in rows)
print(f"median {wrk:10.0f} {ours:10.0f} {statistics.median(ratios):7.2f}   ratio from {ratios[0]:.2f} to {ratios[-1]:.2f}")
PY
