#!/usr/bin/env bash
# What the ledger and its journal cost, against a handler that does nothing, on the same engine in the same minutes.
#
#   harness/headline.sh [rounds] [seconds]
#
# Starts the reference engine on processor 1 and offers the plans `limit` (no work at all), `reads` (one balance each: no body, no journal and no
# other thread) and `headline` (durable transfers among reads) in turn from processor 0, 1,000 connections each. Prints requests and transactions
# per second, P99, and the engine's CPU time per request by thread. The last line is a bound: what the same processor could serve if a request
# of the ledger cost its HTTP threads no more than no work does, and only executor and journal came on top. Needs two processors.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3} seconds=${2:-20}
. harness/engine-for-scripts.sh
mkdir "$work/rounds"

# CPU ticks of each thread of the engine since its start
ticks() {
  for task in /proc/"$engine"/task/*; do
    echo "$(cat "$task/comm") $(cut -d')' -f2 "$task/stat" | cut -d' ' -f13,14)"
  done
}
# one run of a plan, built in or of a file, with the ticks before and after
offer() {
  ticks >"$work/rounds/$1.$2.before"
  "$loadtest" run --plan "${3:-$1}" --target "http://$address" --cpus 0 -w 2s -d "${seconds}s" --metrics-listen off -q -o json \
    --out "$work/run" >"$work/rounds/$1.$2.json" 2>"$work/errors.txt" || [ $? = 3 ] || { cat "$work/errors.txt" >&2; exit 1; }
  ticks >"$work/rounds/$1.$2.after"
}

cat >"$work/reads.toml" <<'TOML'
schema = 1
name = "reads"
model = "closed"
phases = { warmup = "2s", duration = "8s", drain = "10s" }
[schedule]
users = 1000
[data]
accounts = 10000
pick = "uniform"
[[scenario]]
name = "read_balance"
TOML

for round in $(seq "$rounds"); do
  offer limit "$round"
  offer reads "$round" "$work/reads.toml"
  offer headline "$round"
done
python3 - "$work/rounds" "$rounds" "$seconds" <<'PY'
import collections, json, os, statistics, sys
folder, rounds, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
tick = 1e6 / os.sysconf("SC_CLK_TCK")

def threads(name):
    sums = collections.Counter()
    for line in open(name):
        thread, user, system = line.split()
        sums[thread] += int(user) + int(system)
    return sums

# Ticks of warm-up and steady phase: requests of both are the steady ones times the ratio of their lengths.
def one(plan, number):
    said = json.load(open(f"{folder}/{plan}.{number}.json"))
    used = threads(f"{folder}/{plan}.{number}.after")
    used.subtract(threads(f"{folder}/{plan}.{number}.before"))
    requests = said["requests"] * (seconds + 2) / seconds
    return said, {thread: count * tick / requests for thread, count in used.items()}

runs = {plan: [one(plan, number) for number in range(1, rounds + 1)] for plan in ("limit", "reads", "headline")}
print(f"{'round':>6} {'limit QPS':>10} {'reads QPS':>10} {'ratio':>6} {'headline QPS':>13} {'TPS':>8} {'P99 ms':>8} {'ratio':>6}")
for number, (no_op, reads, real) in enumerate(zip(*((said for said, _ in runs[plan]) for plan in runs)), 1):
    p99 = real["response_time_ns"]["p99"] / 1e6
    by_another = f"{reads['qps']:>10.0f} {reads['qps'] / no_op['qps']:>6.2f}"
    print(f"{number:>6} {no_op['qps']:>10.0f} {by_another} {real['qps']:>13.0f} {real['tps']:>8.0f} {p99:>8.1f} {real['qps'] / no_op['qps']:>6.2f}")
middle = lambda plan, thread: statistics.median(used.get(thread, 0) for _, used in runs[plan])
names = sorted({thread for all in runs.values() for _, used in all for thread in used}, key=lambda name: -middle("headline", name))
print("\nCPU time per request, us" + "".join(f" {plan:>8}" for plan in runs))
for name in names:
    if middle("headline", name) >= 0.05:
        print(f"{name:>18}" + "".join(f" {middle(plan, name):>8.1f}" for plan in runs))
total = {plan: sum(middle(plan, name) for name in names) for plan in runs}
print(f"{'all':>18}" + "".join(f" {total[plan]:>8.1f}" for plan in runs))
beside = sum(middle("headline", name) - middle("limit", name) for name in names if name != "engine-worker")
print(f"\nwere its HTTP free: {total['limit'] + beside:.1f} us, {total['limit'] / (total['limit'] + beside):.2f} of no work at all")
PY
