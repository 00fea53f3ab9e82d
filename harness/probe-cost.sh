#!/usr/bin/env bash
# What the probe costs the reference engine under its own load: a gate between an engine with everything off and one with everything on.
#
#   harness/probe-cost.sh [rounds] [closed window] [open window] [workload]
#
# On: CPU samples at 99 Hz, an allocation sample in 512 KiB, the stall ledger and labels of requests, fetched as a run fetches them. Off: no
# samples and no records of requests, and nobody who asks (its operations listen where the gate does not know). Rounds are randomised, every
# window is a fresh process, and the intervals are those of `loadtest gate`: 20 rounds of 2s and 3s take 12 minutes. The workload is a plan of
# the binary, canonical if none is named. Nothing else should run. LOADTEST=PROGRAM takes another program and builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-20} closed=${2:-2s} open=${3:-3s} workload=${4:-canonical}
loadtest=${LOADTEST:-target/release/loadtest}
[ -n "${LOADTEST:-}" ] || cargo build --release --locked --bin loadtest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A late generator is late for both, so a round counts however much of its times is the generator's.
cat >"$work/gate.toml" <<TOML
schema = 1
looks = [$rounds]
spend = [1.0]
[slot]
# Long enough for the first profile of a process, which puts frame pointers to the test and costs a tenth of a second once.
warmup = "2s"
closed = "$closed"
open = "$open"
[metric.throughput]
margin = "1.5%"
[metric.response_time_p99]
margin = "3%"
[metric.allocs_per_request]
gated = false
[metric.rss_peak]
gated = false
[validity]
send_delay = "60%"
dropped = "60%"
TOML
serve="exec $loadtest serve-engine --listen 127.0.0.1:{port}"
code=0
"$loadtest" gate --plan "$work/gate.toml" --workload "$workload" --out "$work/gate" \
  --baseline-cmd "$serve --admin 127.0.0.1:0 --engine alloc-period=0 --engine request-records=off" \
  --candidate-cmd "$serve --admin 127.0.0.1:{admin_port} --engine alloc-period=524288" || code=$?
# What the gate thinks of it is no matter: the figures are what was asked for. 4 is a gate that was worth nothing.
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit "$code"
