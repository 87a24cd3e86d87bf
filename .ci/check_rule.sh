#!/usr/bin/env bash
# A million random cases of the reminder rule agree with a search minute by minute, and so do the times found for 10,000 random
# groups. README.md shows the table that the example `policies` prints.
set -euo pipefail
cd "$(dirname "$0")/.."

rule=time::rule::tests::the_rule_agrees_with_a_minute_by_minute_search
searches=()
for _ in 1 2; do
    PROPTEST_CASES=500000 cargo test --quiet --locked -p shared --lib -- --exact "$rule" &
    searches+=($!)
done
groups=meeting_times::tests::the_search_agrees_with_one_minute_by_minute
PROPTEST_CASES=10000 cargo test --quiet --locked -p shared --lib -- --exact "$groups" &
searches+=($!)
target/debug/examples/policies | while IFS= read -r line; do
    if ! grep --quiet --fixed-strings --line-regexp -- "$line" README.md; then
        echo "README.md should have the line: $line"
        exit 1
    fi
done
for search in "${searches[@]}"; do wait "$search"; done
