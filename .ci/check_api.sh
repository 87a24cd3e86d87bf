#!/usr/bin/env bash
# Lets schemathesis try the API of the built `local` against openapi.yaml: some thousand requests, good and bad ones, and
# chains of them along the document's links. Needs `cargo build` and schemathesis in the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

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

# What is served, and not the file: so the two are one.
timeout 540 schemathesis --config-file .ci/schemathesis.toml run "$url/api/openapi.json" --max-time 300 --no-color
