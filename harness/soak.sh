#!/usr/bin/env bash
# The probe under full load for minutes, every profile fetched in a loop, with each allocator: nothing crashes, hangs or gives a broken answer.
#
#   harness/soak.sh [minutes] [PROGRAM...]
#
# A program is a build of loadtest; without one three are built, into folders of their own under target/: the usual one and those with the
# features mimalloc and jemalloc, which is half an hour of two processors. Each serves its reference engine to a closed run of its own, all at
# once, while two callers fetch one path after the other. Prints a Markdown table; exit code 1 if an engine died or said that it panicked, an
# answer was not one, or the run's audit failed.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-10}
[ $# -eq 0 ] || shift
programs=("$@")
if [ ${#programs[@]} -eq 0 ]; then
  for allocator in '' mimalloc jemalloc; do
    folder=target${allocator:+/with-$allocator}
    cargo build --release --locked --bin loadtest --target-dir "$folder" ${allocator:+--features "$allocator"}
    programs+=("$folder/release/loadtest")
  done
fi
exec python3 - "$minutes" "${programs[@]}" <<'PY'
import collections, gzip, json, os, subprocess, sys, tempfile, threading, urllib.error, urllib.request

minutes, programs = float(sys.argv[1]), sys.argv[2:]
PPROF = "/debug/pprof/"
# What is asked for, and whether a profile must come.
PATHS = [
    (PPROF + "profile?seconds=1", True),
    (PPROF + "profile?seconds=1&labels=request", True),
    *((PPROF + name, True) for name in ("heap", "allocs", "block", "mutex", "goroutine", "threadcreate")),
    *((PPROF + f"{name}?seconds=1&labels=request", True) for name in ("allocs", "block", "mutex")),
    *((PPROF + f"delta_{name}", True) for name in ("heap", "allocs", "block", "mutex", "goroutine")),
    *((PPROF + f"{name}?debug=1", False) for name in ("heap", "mutex", "goroutine")),
    (PPROF + "trace?seconds=1", False),
    (PPROF + "symbol", False),
    (PPROF + "cmdline", False),
    (PPROF, False),
    ("/debug/probe/requests", False),
    ("/debug/probe/clock", False),
    ("/metrics", False),
    ("/healthz", False),
]


class Soak:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.answers, self.broken = collections.Counter(), []
        self.ended = threading.Event()
        # The engine ends when its standard input closes.
        self.engine = subprocess.Popen(
            [program, "serve-engine", "--child", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--engine", "alloc-period=65536"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(f"{work}/engine.err", "wb"),
        )
        self.addresses = json.loads(self.engine.stdout.readline())
        self.load = subprocess.Popen(
            [program, "run", "--plan", "single", "--target", f"http://{self.addresses['listen']}",
             "--duration", f"{minutes * 60:.0f}s", "--metrics-listen", "off", "--quiet", "--out", f"{work}/run"],
            stdout=subprocess.DEVNULL, stderr=open(f"{work}/run.err", "wb"),
        )
        # Two callers, half the list apart.
        self.callers = [threading.Thread(target=self.fetch, args=(first,)) for first in (0, len(PATHS) // 2)]
        for caller in self.callers:
            caller.start()

    def fetch(self, place):
        while not self.ended.is_set():
            path, is_profile = PATHS[place % len(PATHS)]
            place += 1
            try:
                with urllib.request.urlopen(f"http://{self.addresses['admin']}{path}", timeout=120) as answer:
                    body = answer.read()
                if is_profile and not gzip.decompress(body):
                    raise ValueError("an empty profile")
                self.answers[path] += 1
            except urllib.error.HTTPError as error:
                # Allocations with their requests are collected for one caller at a time.
                said = error.read().decode(errors="replace").strip()
                if "already being collected" not in said:
                    self.broken.append(f"{path}: {error}: {said}")
            except Exception as error:
                self.broken.append(f"{path}: {error}")
                if self.engine.poll() is not None:
                    return

    def finish(self):
        self.load.wait()
        self.ended.set()
        for caller in self.callers:
            caller.join()
        with open(f"/proc/{self.engine.pid}/status") if self.engine.poll() is None else open(os.devnull) as status:
            self.resident = next((int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")), 0)
        self.engine.stdin.close()
        self.exit = self.engine.wait(timeout=60)
        said = open(f"{self.work}/engine.err").read()
        record = json.load(open(f"{self.work}/run/record.json"))
        audit = record["audit"] or {"checks": []}
        held = sum(check["held"] for check in audit["checks"])
        requests = sum(step["ok_response_time"]["count"] for step in record["steps"])
        self.is_well = (
            self.exit == 0 and "panicked" not in said and not self.broken and len(self.answers) == len(PATHS)
            and held == len(audit["checks"]) > 0
        )
        return [
            os.path.relpath(self.program), f"{requests:,}", f"{sum(self.answers.values()):,} of {len(self.answers)} paths",
            str(len(self.broken)), f"{held} of {len(audit['checks'])}", f"{self.resident} MiB", str(self.exit),
        ]


with tempfile.TemporaryDirectory() as work:
    soaks = []
    for number, program in enumerate(programs):
        folder = f"{work}/{number}"
        os.mkdir(folder)
        soaks.append(Soak(program, folder))
    rows = [soak.finish() for soak in soaks]
print("| program | requests | profiles and pages fetched | broken answers | audit checks that held | most memory | exit code |")
print("|---|--:|--:|--:|--:|--:|--:|")
for row in rows:
    print("| " + " | ".join(row) + " |")
for soak in soaks:
    for line in soak.broken[:5]:
        print(f"{soak.program}: {line}", file=sys.stderr)
sys.exit(0 if all(soak.is_well for soak in soaks) else 1)
PY
