#!/usr/bin/env bash
# Fuzzes every parser, each target for a minute and two at a time: .ci/fuzz.sh [SECONDS [SEED]].
# Needs cargo-fuzz in the PATH and a C++ compiler.
#
# The same code meets the same inputs each time, so that what a change has to pass is no matter of luck. Who wants to find
# something gives more time and seed 0, which is a new one at each run.
#
# It runs on stable Rust: libFuzzer's own instrumentation is all that is asked of the compiler. A sanitizer would want
# another toolchain and find nothing, as no code of ours is unsafe.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
seed=${2:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export scratch seconds seed
# Where a panic was says its message; a backtrace of the fuzzer itself would hide that.
export RUST_BACKTRACE=0

# cargo-fuzz has no --locked of its own.
cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null
timeout 1800 cargo fuzz build --sanitizer none

fuzz() {
    local target=$1 found="$scratch/$1" seeds=()
    mkdir "$found"
    if [ -d "fuzz/seeds/$target" ]; then seeds=("fuzz/seeds/$target"); fi
    if timeout $((seconds + 120)) cargo fuzz run --sanitizer none "$target" "$found" "${seeds[@]}" -- \
        -seed="$seed" -max_total_time="$seconds" -max_len=4096 -timeout=20 -print_final_stats=1 >"$found.log" 2>&1; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log") inputs, nothing found"
    else
        tail -n 60 "$found.log"
        echo "$target: FAILED"
        return 1
    fi
}
export -f fuzz
cargo fuzz list | xargs --max-procs=2 --replace={} bash -c 'fuzz {}'
