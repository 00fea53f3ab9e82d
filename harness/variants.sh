#!/usr/bin/env bash
# Every way in which the reference engine can keep its ledger, driven by the same load and audited after it.
#
#   harness/variants.sh [seconds] [plan]
#   harness/with-stores.sh harness/variants.sh [seconds] [plan]      # PostgreSQL and Redis among them
#
# Prints, for each, requests and transactions per second, P99 of response time, and how many checks of its audit held. Exit code 1 if one did
# not, or if a run has no audit. What the machine was like is no matter here, so an invalid run counts. LOADTEST=PROGRAM takes another program
# and builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-5} plan=${2:-closed}
loadtest=${LOADTEST:-target/release/loadtest}
[ -n "${LOADTEST:-}" ] || cargo build --release --locked --bin loadtest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

variants=(
  balances={single,mutex,sharded,cas,actor}
  minting=pool:2 pool=off codec=json
  journal={none,group,each}
)
[ -z "${STORE_URL:-}" ] || variants+=("store=$STORE_URL")
[ -z "${CACHE_URL:-}" ] || variants+=("cache=$CACHE_URL")

bad=0
printf '%-28s %9s %9s %10s  %s\n' variant QPS TPS 'P99 ms' audit
for variant in "${variants[@]}"; do
  case $variant in
    journal=*) option=(--journal "${variant#journal=}") ;;
    *) option=(--engine "$variant") ;;
  esac
  code=0
  "$loadtest" run --plan "$plan" "${option[@]}" -w 1s -d "${seconds}s" --metrics-listen off -q -o json --out "$work/run" \
    >"$work/said.json" 2>"$work/errors.txt" || code=$?
  [ -f "$work/run/record.json" ] || { cat "$work/errors.txt" >&2; exit "$code"; }
  python3 - "${variant%%://*}" "$work" <<'PY' || bad=1
import json, sys
variant, work = sys.argv[1:]
said, record = (json.load(open(f"{work}/{name}.json")) for name in ("said", "run/record"))
checks = (record.get("audit") or {}).get("checks", [])
held = sum(check["held"] for check in checks)
audit = f"{held} of {len(checks)} held" if checks else "none"
print(f'{variant:<28} {said["qps"]:>9.0f} {said["tps"]:>9.0f} {said["response_time_ns"]["p99"] / 1e6:>10.2f}  {audit}', flush=True)
for check in checks:
    if not check["held"]:
        print(f'  broken: {check["name"]}: {check["detail"]}')
sys.exit(not checks or held < len(checks))
PY
  rm -rf "$work/run"
done
exit "$bad"
