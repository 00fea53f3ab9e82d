#!/usr/bin/env bash
# The unsafe code of `probe` under Miri, which sees undefined behaviour and data races that no test sees: the queue that signal handlers write to,
# wakers and counters of requests, the tables of requests and of live allocations, the walk of a stack.
#
#   harness/miri.sh [FILTER...]      these parts, or the tests of the library whose names contain a filter
#
# What asks the system for timers, signals, rusage or other threads' memory cannot run there. Takes the nightly compiler below, and has rustup
# install it where it is missing; exit code 69 where that cannot be done.
set -euo pipefail
cd "$(dirname "$0")/.."
toolchain=nightly-2026-10-30
filters=("$@")
[ "$#" -gt 0 ] || filters=(ring:: request::{waker,table,current,ids}:: alloc::live:: metrics::parts:: http::series:: cpu::own::)

if ! cargo "+$toolchain" miri --version >/dev/null 2>&1; then
  rustup toolchain install "$toolchain" --profile minimal --component miri,rust-src || exit 69
fi
# Times are asked for and must grow, so it is the machine's clock. Optimised code has less for Miri to see, and what takes a microsecond elsewhere
# takes a tenth of a second there.
export MIRIFLAGS="-Zmiri-disable-isolation ${MIRIFLAGS:-}" CARGO_PROFILE_TEST_OPT_LEVEL=0 PROPTEST_CASES="${PROPTEST_CASES:-4}"
exec cargo "+$toolchain" miri test -p probe --lib --locked -- "${filters[@]}"
