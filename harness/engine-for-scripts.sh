# To be sourced: builds loadtest, starts the reference engine on processor 1 and sets `loadtest` (the program), `work` (a folder that is removed at
# the end) and `address` (where the engine listens). LOADTEST=PROGRAM takes another program and builds nothing.
loadtest=${LOADTEST:-target/release/loadtest}
[ -n "${LOADTEST:-}" ] || cargo build --release --locked --bin loadtest
work=$(mktemp -d)
mkfifo "$work/stdin"
# The engine ends when its standard input closes, so it cannot outlive the script.
"$loadtest" serve-engine --child --listen 127.0.0.1:0 --admin 127.0.0.1:0 --cpus 1 <"$work/stdin" >"$work/announced" &
engine=$!
exec 9>"$work/stdin"
trap 'exec 9>&-; wait "$engine" 2>/dev/null; rm -rf "$work"' EXIT
until [ -s "$work/announced" ]; do sleep 0.05; done
address=$(sed -E 's/.*"listen":"([^"]+)".*/\1/' "$work/announced")
