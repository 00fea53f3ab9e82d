#!/usr/bin/env bash
# How late the generator itself is at a constant rate, with processor time to spare: the P99 of the send delay (sent - intended).
#
#   harness/send-delay.sh [rate] [seconds] [limit in microseconds]
#
# Starts the reference engine on processor 1 and offers the rate from processor 0, three times; prints the P99 of each run and exits with 1 if
# the median is above the limit. A busy machine makes it worse, so nothing else should run.
set -euo pipefail
cd "$(dirname "$0")/.."
rate=${1:-5000} seconds=${2:-20} limit=${3:-200}
. harness/engine-for-scripts.sh
for _ in 1 2 3; do
  taskset -c 0 "$loadtest" run --target "http://$address/v1/info" --rate "$rate" -c 100 -d "${seconds}s" -w 2s --metrics-listen off -q -o json \
    --out "$work/run" >"$work/run.json" || [ -s "$work/run.json" ]
  cat "$work/run.json" >>"$work/runs"
  echo >>"$work/runs"
done
python3 - "$work/runs" "$rate" "$limit" <<'PY'
import json, statistics, sys
text, decoder, p99 = open(sys.argv[1]).read().strip(), json.JSONDecoder(), []
while text:
    summary, end = decoder.raw_decode(text)
    text = text[end:].strip()
    p99.append(summary["send_delay_ns"]["p99"] / 1000)
median = statistics.median(p99)
print(f"send delay P99 at {sys.argv[2]}/s: " + ", ".join(f"{each:.0f}" for each in p99) + f" µs; median {median:.0f}, limit {sys.argv[3]}")
sys.exit(median > float(sys.argv[3]))
PY
