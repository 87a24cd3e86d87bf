#!/usr/bin/env bash
# Fuzzes every parser, each target for a minute and two at a time: .ci/fuzz.sh [SECONDS [SEED]].
# Needs cargo-fuzz in the PATH and a C++ compiler.
#
# The seed is fixed, so the same code gets the same inputs and the check doesn't depend on luck. To search for faults, give
# more time and seed 0, which chooses a new seed at each run.
#
# It runs on stable Rust, because it needs only libFuzzer's instrumentation. A sanitizer needs a nightly toolchain, and
# would find nothing: none of our code is unsafe.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
seed=${2:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export scratch seconds seed
# The panic's message says where it happened. A backtrace of the fuzzer would hide it.
export RUST_BACKTRACE=0

# cargo-fuzz has no option --locked.
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
