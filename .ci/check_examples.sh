#!/usr/bin/env bash
# Runs quickstart.sh, generates the clients of examples/ from openapi.yaml, and runs the examples, all against the
# built `local`. Needs `cargo build`, curl, Node with npm, and a Python with examples/python/requirements.txt in the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/local.sh

# A copy, so that no generated file gets into the repository.
cp -r examples openapi.yaml "$scratch"

echo "-- quickstart.sh, twice"
examples/quickstart.sh "$url"
examples/quickstart.sh "$url/"

echo "-- Python"
cd "$scratch/examples/python"
# Without this flag the generator only warns about parts that it can't generate.
openapi-python-client generate --path ../../openapi.yaml --meta none --output-path tactful_client --fail-on-warning
python main.py --url "$url"

echo "-- TypeScript"
cd "$scratch/examples/typescript"
npm ci --no-audit --no-fund --loglevel=error
npm run --silent generate
npm run --silent check
npm run --silent build
npm run --silent start -- --url "$url"
