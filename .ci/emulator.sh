# shellcheck shell=bash
# Source this file after setting $scratch to a temporary folder, and call start_emulator PORT. It starts an emulator of AWS on
# that port, for the machine and, if it runs there, for containers. $emulator is its process; stop_emulator ends it.
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
emulator=

start_emulator() {
    export AWS_ENDPOINT_URL=http://127.0.0.1:$1
    # In a folder of its own, for what it writes.
    mkdir -p "${scratch:?}/emulator"
    local python
    python=$(command -v python) here=$PWD
    (cd "$scratch/emulator" && HOME=$PWD TMPDIR=$PWD GATEWAY_PORT=$1 exec "$python" "$here/.ci/emulator.py") \
        >"$scratch/emulator.log" 2>&1 &
    emulator=$!
    for _ in $(seq 150); do
        if curl --silent --fail --output /dev/null "$AWS_ENDPOINT_URL/_ministack/health" && kill -0 "$emulator"; then return; fi
        kill -0 "$emulator" || break
        sleep 0.2
    done
    echo "the emulator did not start"
    return 1
}

stop_emulator() {
    if [ -n "$emulator" ]; then
        kill "$emulator" 2>/dev/null || true
        wait "$emulator" 2>/dev/null || true
    fi
}

# What there is to read when a check with the emulator failed.
show_emulator() {
    local log
    for log in "$scratch/emulator.log" "$scratch"/emulator/logs/*.log; do
        [ -s "$log" ] || continue
        printf '\n-- the end of %s\n' "${log##*/}"
        tail -n 40 "$log" | cut -c -600
    done
}

free_port() { python -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }
