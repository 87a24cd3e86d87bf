#!/usr/bin/env bash
# Tests the API of the built `local` against openapi.yaml with schemathesis: some thousand good and bad requests, and chains
# of requests along the document's links. Needs `cargo build`, and schemathesis in the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/local.sh

# It reads the document that `local` serves, not the file, so that the served one is tested. It writes into the folder that
# it runs in.
export SCHEMATHESIS_HOOKS=$PWD/.ci/schemathesis_formats.py
config=$PWD/.ci/schemathesis.toml
cd "$scratch"
timeout 540 schemathesis --config-file "$config" run "$url/api/openapi.json" --max-time 300 --no-color | tee report
# A run with few requests proves little.
tried=$(sed -n 's/.*[^0-9]\([0-9]\{1,\}\) generated.*/\1/p' report | tail -n 1)
[ "${tried:-0}" -ge 2000 ] || { echo "schemathesis tried ${tried:-nothing}, at least 2000 are required"; exit 1; }
