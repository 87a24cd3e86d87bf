# shellcheck shell=bash
# Source this file. It starts the built `local` on a free port with an empty store, and sets $url to its address and
# $scratch to a temporary folder. Process and folder are removed when the script ends.
scratch=$(mktemp -d)
target/debug/local --listen 127.0.0.1:0 --data-dir "$scratch/data" >"$scratch/out" 2>"$scratch/log" &
local=$!
trap 'kill "$local" 2>/dev/null || true; wait "$local" 2>/dev/null || true; rm -rf "$scratch"' EXIT

url=
for _ in $(seq 100); do
    url=$(grep -om1 'http://[0-9.]*:[0-9]*' "$scratch/out" || true)
    if [ -n "$url" ] && curl --silent --fail --output /dev/null "$url/api/health"; then break; fi
    kill -0 "$local" || { cat "$scratch/log"; exit 1; }
    url=
    sleep 0.1
done
[ -n "$url" ] || { echo "local did not start"; cat "$scratch/log"; exit 1; }
