#!/usr/bin/env bash
# What a scrape every second costs the generator: throughput, and requests per CPU second of the generator, with and without, in turn.
#
#   harness/scrape-cost.sh [pairs] [seconds] [connections]
#
# Starts the reference engine on processor 1 and loadtest on processor 0, closed, as many connections as asked. Of each pair of runs one is
# scraped; which of the two comes first alternates, so that a machine that drifts does not count for either. Prints each pair, then the
# ratio with / without of both figures with its 95 % interval (geometric mean of the pairs' ratios, Student's t on their logarithms). A busy
# machine makes the interval wide, and no more than that. What does not depend on the machine's mood is printed last: the processor time of the
# generator's thread that serves scrapes, by the scheduler's account, as a share of the one processor that the generator has.
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-8} seconds=${2:-10} connections=${3:-100}
. harness/engine-for-scripts.sh
metrics=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export loadtest work address metrics pairs seconds connections
python3 - <<'PY'
import glob, json, math, os, statistics, subprocess, threading, time, urllib.request

E = os.environ
PAIRS, SECONDS = int(E["pairs"]), int(E["seconds"])
METRICS = f"http://127.0.0.1:{E['metrics']}/metrics"
# Two-sided 95 % of Student's t by degrees of freedom; beyond the table it is 1.96 and a little.
T = [None, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131]


def scrape(over, seen):
    """As Prometheus: every second, while there is anybody to ask."""
    while not over.wait(1):
        try:
            seen.append(len(urllib.request.urlopen(METRICS, timeout=1).read()))
        except OSError:
            pass


def listener_seconds(pid):
    """Processor time of the thread that serves scrapes, in seconds; None once it is gone."""
    for task in glob.glob(f"/proc/{pid}/task/*"):
        try:
            if open(f"{task}/comm").read() == "probe-admin\n":
                return int(open(f"{task}/schedstat").read().split()[0]) / 1e9
        except OSError:
            pass
    return None


def run(scraped):
    over, seen, listened = threading.Event(), [], [(0, math.inf)]
    scraper = threading.Thread(target=scrape, args=(over, seen))
    if scraped:
        scraper.start()
    command = ["taskset", "-c", "0", E["loadtest"], "run", "--target", f"http://{E['address']}/v1/info", "-c", E["connections"]]
    command += ["-d", f"{SECONDS}s", "-w", "1s", "-q", "-o", "json", "--out", f"{E['work']}/run"]
    command += ["--metrics-listen", f"127.0.0.1:{E['metrics']}"]
    # 4 is a run that the machine spoilt: its figures are printed, and the interval says how much that matters.
    began = time.monotonic()
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None:
        taken = listener_seconds(running.pid)
        if scraped and taken is not None:
            listened[0] = (taken, time.monotonic() - began)
        time.sleep(0.1)
    out, errors = running.communicate()
    if scraped:
        over.set()
        scraper.join()
        listener.append(listened[0][0] / listened[0][1])
        if len(seen) < SECONDS - 1:
            raise SystemExit(f"only {len(seen)} scrapes of a run of {SECONDS} s were answered")
    if running.returncode not in (0, 1, 3, 4):
        raise SystemExit(errors)
    summary = json.loads(out)
    return summary["qps"], summary["requests"] / summary["generator_cpu_seconds"]


def interval(ratios):
    logs = [math.log(ratio) for ratio in ratios]
    mean, n = statistics.mean(logs), len(logs)
    wide = (T[n - 1] if n <= len(T) else 2.13) * statistics.stdev(logs) / math.sqrt(n) if n > 1 else math.inf
    return math.exp(mean), math.exp(mean - wide), math.exp(mean + wide)


listener = []
print(f"{SECONDS} s a run, {E['connections']} connections, closed")
print(f"{'pair':>4} {'QPS without':>12} {'with':>8} {'ratio':>7}   {'per CPU s without':>17} {'with':>8} {'ratio':>7}")
pairs = []
for pair in range(PAIRS):
    first = pair % 2 == 1
    results = {scraped: run(scraped) for scraped in (first, not first)}
    (qps, per_cpu), (qps_with, per_cpu_with) = results[False], results[True]
    pairs.append((qps_with / qps, per_cpu_with / per_cpu))
    print(f"{pair + 1:4} {qps:12.0f} {qps_with:8.0f} {pairs[-1][0]:7.4f}   {per_cpu:17.0f} {per_cpu_with:8.0f} {pairs[-1][1]:7.4f}")
for name, ratios in zip(("QPS", "requests per CPU second"), zip(*pairs)):
    ratio, low, high = interval(ratios)
    print(f"{name}: with / without {ratio:.4f}, 95 % interval {low:.4f} to {high:.4f}")
print(f"the listener's thread had {100 * statistics.median(listener):.3f} % of the processor (median; at most {100 * max(listener):.3f} %)")
PY
