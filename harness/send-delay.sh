#!/usr/bin/env bash
# How late the generator itself is at a constant rate, with processor time to spare: the P99 of the send delay (sent - intended).
#
#   harness/send-delay.sh [rate] [seconds] [limit in microseconds]
#
# Starts the reference engine on processor 1 and offers the rate from processor 0, three times; prints the P99 of each run. Before each run it
# asks the machine the same: two processes do nothing but look at the clock, one on either processor, and what lies between two looks nobody could
# have sent in. From that follows the P99 of an arrival that is sent the moment its processor runs at all. Exits with 1 if the median of the
# generator's P99 is above the limit, with 4 if the machine's own is: then nothing was found out.
set -euo pipefail
cd "$(dirname "$0")/.."
rate=${1:-5000} seconds=${2:-20} limit=${3:-200}
. harness/engine-for-scripts.sh
export rate seconds limit work address loadtest
python3 - <<'PY'
import json, multiprocessing, os, statistics, subprocess, sys, time

E = os.environ
RATE, SECONDS, LIMIT = E["rate"], int(E["seconds"]), float(E["limit"])
LOOK_SECONDS = 5


def gaps(processor, found):
    """Times between two looks at the clock, in ns, those below 20 µs left out: so long Python itself may take."""
    os.sched_setaffinity(0, {processor})
    clock, own = time.perf_counter_ns, []
    last = clock()
    end = last + LOOK_SECONDS * 1_000_000_000
    while last < end:
        now = clock()
        if now - last > 20_000:
            own.append(now - last)
        last = now
    found.put((processor, own))


def machine_p99():
    """P99, in µs, of the time from a random moment to the next at which processor 0 runs."""
    found = multiprocessing.Queue()
    both = [multiprocessing.Process(target=gaps, args=(each, found)) for each in (0, 1)]
    for one in both:
        one.start()
    own = dict(found.get() for _ in both)[0]
    for one in both:
        one.join()
    # A moment inside a gap of length g waits for up to g, each time equally likely: the share of moments that wait longer than t is the sum of all
    # g - t that are above 0, by all the time there was.
    waits_longer = lambda t: sum(g - t for g in own if g > t) / (LOOK_SECONDS * 1e9)
    low, high = 0, max(own, default=0)
    while high - low > 1000:
        middle = (low + high) / 2
        low, high = (middle, high) if waits_longer(middle) > 0.01 else (low, middle)
    return high / 1000


def generator_p99():
    command = ["taskset", "-c", "0", E["loadtest"], "run", "--target", f"http://{E['address']}/v1/info", "--rate", RATE, "-c", "100"]
    command += ["-d", f"{SECONDS}s", "-w", "2s", "--metrics-listen", "off", "-q", "-o", "json", "--out", f"{E['work']}/run"]
    # 4 is a run that the machine spoilt: its figures are printed.
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if ran.returncode not in (0, 3, 4):
        sys.exit(ran.returncode)
    return json.loads(ran.stdout)["send_delay_ns"]["p99"] / 1000


machine, generator = [], []
for _ in range(3):
    machine.append(machine_p99())
    generator.append(generator_p99())
listed = lambda values: ", ".join(f"{value:.0f}" for value in values) + f" µs; median {statistics.median(values):.0f}"
print(f"send delay P99 at {RATE}/s: {listed(generator)}, limit {LIMIT:.0f}")
print(f"of the machine itself:     {listed(machine)}")
if statistics.median(generator) <= LIMIT:
    sys.exit(0)
sys.exit(4 if statistics.median(machine) > LIMIT else 1)
PY
