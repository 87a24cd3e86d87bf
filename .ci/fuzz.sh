#!/usr/bin/env bash
# Fuzzes every parser, each target for a minute and two at a time. Needs cargo-fuzz in the PATH and a C++ compiler.
#
# It runs on stable Rust: libFuzzer's own instrumentation is all that is asked of the compiler. A sanitizer would want
# another toolchain and find nothing, as no code of ours is unsafe.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export scratch seconds

# cargo-fuzz has no --locked of its own.
cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null
timeout 1800 cargo fuzz build --sanitizer none

fuzz() {
    local target=$1 found="$scratch/$1" seeds=()
    mkdir "$found"
    if [ -d "fuzz/seeds/$target" ]; then seeds=("fuzz/seeds/$target"); fi
    if timeout $((seconds + 120)) cargo fuzz run --sanitizer none "$target" "$found" "${seeds[@]}" -- \
        -max_total_time="$seconds" -max_len=4096 -timeout=20 -print_final_stats=1 >"$found.log" 2>&1; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log") inputs, nothing found"
    else
        tail -n 60 "$found.log"
        echo "$target: FAILED"
        return 1
    fi
}
export -f fuzz
cargo fuzz list | xargs --max-procs=2 --replace={} bash -c 'fuzz {}'
