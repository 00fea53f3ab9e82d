#!/usr/bin/env bash
# The gate held against what is known: equal builds, builds with a fault of known kind and place, and a machine that is not quiet.
#
#   harness/gate-proof.sh aa N            N gates of the reference engine against itself: none may fail
#   harness/gate-proof.sh inject N [SPEC] N gates against an engine with each fault (or this one): found, and the place named first
#   harness/gate-proof.sh busy N          N gates with a competing load on either processor: inconclusive or invalid, never fail
#   harness/gate-proof.sh table           the table of everything so far, as Markdown
#
# Every gate becomes a line of RESULTS (default harness/gate-proof.ndjson, which is kept with the sources); a series goes on where it was
# interrupted, until it has N lines. The last gate of each series and those that failed wrongly lie in target/gate-proof. LOADTEST=PROGRAM
# takes another program and builds nothing. Needs two processors, python3 and, for aa and inject, a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/.."
loadtest=${LOADTEST:-target/release/loadtest}
results=${RESULTS:-harness/gate-proof.ndjson}
faults=('cpu=5%' 'alloc=+1' 'tail=1%:+5ms' 'lock=5ms@10/s')
work=target/gate-proof
mkdir -p "$work"
touch "$results"
burner=
trap '[ -z "$burner" ] || kill "$burner" 2>/dev/null || true' EXIT

usage() { sed -n '4,7s/^# *//p' "$0" >&2; exit 2; }
build() { [ -n "${LOADTEST:-}" ] || cargo build --release --locked --bin loadtest; }

# How many lines a series has.
have() {
  python3 - "$results" "$1" <<'PY'
import json, sys
print(sum(json.loads(line)["series"] == sys.argv[2] for line in open(sys.argv[1])))
PY
}

# As many users as keep the processor busy: with the gate's usual sixteen the engine waits for its disk two thirds of the time. A slow hundredth
# of the requests holds up the only worker, and with it everybody behind them: so few arrivals, a twentieth of what one user has, that P50 is
# none of them.
users() { case $1 in tail=*) echo 1 ;; *) echo 64 ;; esac; }
# At so few arrivals a disk that stands still for a twentieth of a second, as a shared one does in every eighth round, is a P99 of its own.
switches() { case $1 in tail=*) echo --journal none ;; esac; }

# Windows are as short as they may be; gates that must name a function take longer ones, for samples of it. The rate is a fifth of what the
# engine can do, at which the generator's processor has time to spare; less where a fault holds up the only worker for milliseconds. A round counts
# however late the generator was: on a virtual machine whose hypervisor takes a fiftieth of the time an arrival in a hundred is late by
# milliseconds, and noise that counts makes the proof harder, not easier.
plan() {
  local warmup=1s closed=1s open=1s fraction=0.2 samples=30
  case $1 in
    aa | busy-*) warmup=400ms closed=250ms open=500ms ;;
    tail=*) closed=100ms open=500ms fraction=0.05 samples=10 ;;
    lock=*) fraction=0.1 ;;
  esac
  cat <<TOML
schema = 1
rate_fraction = $fraction
[slot]
warmup = "$warmup"
closed = "$closed"
open = "$open"
[validity]
samples = $samples
send_delay = "60%"
TOML
  case $1 in
    lock=*) printf '[metric.lock_wait_per_request]\nmargin = "10%%"\n' ;;
    # Who waits sees the fault in throughput as well, where ten rounds decide before P99 has had its sixteen. A twelfth of the arrivals
    # finds the worker held up, which makes P50 what P54 would be.
    tail=*)
      printf '[metric.response_time_p50]\nmargin = "10%%"\n'
      printf '[metric.%s]\ngated = false\n' throughput cpu_per_request allocs_per_request rss_peak
      ;;
  esac
}

# One gate of a series: its result as a line.
gate() {
  local series=$1 number=$2 fault=${3:-} busy=${4:-}
  local out=$work/gate serve="exec $loadtest serve-engine --listen 127.0.0.1:{port} --admin 127.0.0.1:{admin_port} $(switches "$series")"
  local with=$serve allow=() began code=0
  [ -z "$fault" ] || { with="$serve --allow-inject --inject $fault"; allow=(--allow-inject); }
  rm -rf "$out"
  mkdir -p "$out"
  plan "$series" >"$work/gate.toml"
  began=$(date +%s.%N)
  "$loadtest" gate --plan "$work/gate.toml" --workload transfers --users "$(users "$series")" --seed "$number" "${allow[@]}" --baseline-cmd "$serve" --candidate-cmd "$with" --out "$out" \
    >"$out/said.txt" 2>"$out/errors.txt" &
  local running=$!
  if [ -n "$busy" ]; then
    # Once it is calibrated, so that the load is news to it.
    until grep -q '^baseline serves' "$out/errors.txt" || ! kill -0 "$running" 2>/dev/null; do sleep 0.1; done
    taskset -c "$busy" sh -c 'while :; do :; done' &
    burner=$!
  fi
  wait "$running" || code=$?
  if [ -n "$burner" ]; then
    kill "$burner" 2>/dev/null || true
    wait "$burner" 2>/dev/null || true
    burner=
  fi
  # One that could not begin says nothing of the gate, and the next could not either.
  if [ "$code" = 130 ] || [ "$code" = 2 ]; then tail -n 2 "$out/errors.txt" >&2; exit "$code"; fi
  line "$series" "$number" "$code" "$began" "$out/gate.json" | tee -a "$results"
  # What failed is kept to be looked at; of the rest the last of each series, without its windows.
  if [ "$code" = 3 ] && [ -z "$fault" ]; then mv "$out" "$work/failed-$series-$number"; return; fi
  rm -rf "${out:?}/windows" "${work:?}/last-${series//[^a-z0-9]/-}"
  mv "$out" "$work/last-${series//[^a-z0-9]/-}"
}

line() {
  python3 - "$@" <<'PY'
import json, sys, time
series, number, code, began, file = sys.argv[1:]
try:
    gate = json.load(open(file))
except OSError:
    gate = {"verdict": "none", "headline": "", "metrics": [], "causes": []}
# The metric that must be named, the cost that must explain it, and the functions of which one must come first in it: `spin` is the loop in
# both faults that burn time.
known = {
    "cpu": ("cpu_per_request", "CPU per request", ["inject::burn_cpu", "inject::spin"]),
    "alloc": ("allocs_per_request", "allocations per request", ["inject::allocate"]),
    "tail": ("response_time_p99", "CPU per request", ["inject::delay_tail", "inject::spin"]),
    "lock": ("lock_wait_per_request", "lock wait per request", ["take_lock"]),
}.get(series.split("=")[0])
regressed = [one["metric"] for one in gate["metrics"] if one["label"] == "regressed"]
named = {f'{one["cost"]} ({one["band"]})': one["function"] for one in gate["causes"] if one["function"]}
result = {
    "series": series,
    "seed": int(number),
    "day": time.strftime("%Y-%m-%d"),
    "verdict": gate["verdict"],
    "exit": int(code),
    "seconds": round(time.time() - float(began), 1),
    "rounds": gate.get("rounds_valid"),
    "dropped": gate.get("rounds_dropped"),
    "regressed": regressed,
    "named": named,
    "headline": gate["headline"],
}
if known:
    metric, cost, functions = known
    of_cost = [name for key, name in named.items() if key.startswith(cost)]
    result["found"] = metric in regressed and not (series.startswith("tail") and "response_time_p50" in regressed)
    result["first"] = bool(of_cost) and all(any(one in name for one in functions) for name in of_cost)
print(json.dumps(result))
PY
}

# Goes on with a series until it has so many gates.
until_it_has() {
  local series=$1 wanted=$2 number
  shift 2
  while number=$(have "$series") && [ "$number" -lt "$wanted" ]; do gate "$series" "$((number + 1))" "$@"; done
}

table() {
  python3 - "$results" <<'PY'
import json, statistics, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
series = list(dict.fromkeys(line["series"] for line in lines))
print("| series | gates | pass | fail | inconclusive | invalid | metric found | place named first | seconds, median | rounds, median |")
print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
for name in series:
    own = [line for line in lines if line["series"] == name]
    of = lambda verdict: sum(line["verdict"] == verdict for line in own)
    share = lambda key: f"{sum(line[key] for line in own)} of {len(own)}" if key in own[0] else "–"
    rounds = [line["rounds"] for line in own if line["rounds"] is not None]
    print(
        f"| `{name}` | {len(own)} | {of('pass')} | {of('fail')} | {of('inconclusive')} | {of('invalid')} | {share('found')} | {share('first')} "
        f"| {statistics.median(line['seconds'] for line in own):.0f} | {statistics.median(rounds) if rounds else '–'} |"
    )
PY
}

case ${1:-} in
  aa) build; until_it_has aa "${2:?how many}" ;;
  inject)
    build
    [ -z "${3:-}" ] || faults=("$3")
    for fault in "${faults[@]}"; do until_it_has "$fault" "${2:?how many}" "$fault"; done
    ;;
  busy)
    build
    for core in 0 1; do until_it_has "busy-$core" "${2:?how many}" "" "$core"; done
    ;;
  table) ;;
  *) usage ;;
esac
table
