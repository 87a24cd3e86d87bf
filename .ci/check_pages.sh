#!/usr/bin/env bash
# Opens hostile and own pages in Chromium beside the built `local`; see check_pages.cjs and
# check_looks.cjs, which writes pictures into the folder SCREENSHOTS if there is one. Needs `cargo build`, Linux,
# Chromium or Chrome, and playwright-core in NODE_PATH. Without a browser nothing is checked, and it says so.
set -euo pipefail
cd "$(dirname "$0")/.."

browser=
for name in chromium chromium-browser google-chrome; do
    browser=$(command -v "$name" || true)
    if [ -n "$browser" ]; then break; fi
done
if [ -z "$browser" ]; then
    echo "SKIPPED: there is no Chromium here (Debian: apt-get install chromium), so no page was opened"
    exit 0
fi
"$browser" --version
. .ci/local.sh
# shellcheck disable=SC2154 # local.sh sets both.
node .ci/check_pages.cjs "$url" "$local" "$browser"
# Last, because it fills the store.
node .ci/check_looks.cjs "$url" "$browser"
