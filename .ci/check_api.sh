#!/usr/bin/env bash
# Lets schemathesis try the API of the built `local` against openapi.yaml: some thousand requests, good and bad ones, and
# chains of them along the document's links. Needs `cargo build` and schemathesis in the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/local.sh

# What is served, and not the file: so the two are one. It keeps what it found in the folder that it runs in.
export SCHEMATHESIS_HOOKS=$PWD/.ci/schemathesis_formats.py
config=$PWD/.ci/schemathesis.toml
cd "$scratch"
timeout 540 schemathesis --config-file "$config" run "$url/api/openapi.json" --max-time 300 --no-color | tee report
# A check that tried little passes easily.
tried=$(sed -n 's/.*[^0-9]\([0-9]\{1,\}\) generated.*/\1/p' report | tail -n 1)
[ "${tried:-0}" -ge 2000 ] || { echo "schemathesis tried ${tried:-nothing}, and 2000 are wanted"; exit 1; }
