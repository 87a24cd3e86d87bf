#!/usr/bin/env bash
# Does the whole job on the calendar page in Chromium beside the built `local`, in three time zones of the browser; see
# functions/page/web/tests. Writes pictures into the folder SCREENSHOTS if there is one. Needs `cargo build`, `npm ci` there, and
# Chromium or Chrome. Without a browser nothing is checked, and it says so.
set -euo pipefail
cd "$(dirname "$0")/.."

CHROMIUM=
for name in chromium chromium-browser google-chrome; do
    CHROMIUM=$(command -v "$name" || true)
    if [ -n "$CHROMIUM" ]; then break; fi
done
if [ -z "$CHROMIUM" ]; then
    echo "SKIPPED: there is no Chromium here (Debian: apt-get install chromium), so no page was opened"
    exit 0
fi
export CHROMIUM
. .ci/local.sh
# shellcheck disable=SC2154 # local.sh sets it.
export TACTFUL="$url"
# Some tests start it themselves, with other options.
export LOCAL="$PWD/target/debug/local"
# The steps beside this one can keep the browser waiting for longer than a test does. What is broken fails twice.
npm test --prefix functions/page/web || npm test --prefix functions/page/web
