#!/usr/bin/env bash
# Runs each function with its sample event by `sam local invoke`, and books a meeting through `sam local start-api`, in
# containers, with an emulator of AWS. Skipped where Docker is not running and can't be started.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
daemon=
api=
trap 'clean_up $?' EXIT
clean_up() {
    for process in $api $daemon; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    stop_emulator
    [ "$1" = 0 ] || show_emulator
    rm -rf "$scratch"
}
. .ci/emulator.sh

skip() {
    echo "SAM local: skipped, $1"
    exit 0
}

# A running Docker daemon, or one of our own that ends with this script.
if ! docker info >/dev/null 2>&1; then
    command -v dockerd >/dev/null || skip "there is no Docker"
    [ "$(id -u)" = 0 ] || skip "Docker isn't running, and only root can start it"
    export DOCKER_HOST=unix://$scratch/docker.sock
    # vfs needs nothing from the kernel, and the images are small.
    dockerd --host "$DOCKER_HOST" --data-root "$scratch/docker" --exec-root "$scratch/docker.run" --storage-driver vfs \
        --pidfile "$scratch/docker.pid" >"$scratch/docker.log" 2>&1 &
    daemon=$!
    for _ in $(seq 100); do
        if docker info >/dev/null 2>&1; then break; fi
        kill -0 "$daemon" 2>/dev/null || skip "Docker can't be started here: $(tail -1 "$scratch/docker.log")"
        sleep 0.3
    done
    docker info >/dev/null 2>&1 || skip "Docker does not start here"
fi

. .ci/built.sh

# SAM's base image comes from a registry that may be out of reach. This one has what the binaries need, from this machine, and
# what SAM needs to add its Lambda emulator to it.
image=public.ecr.aws/lambda/provided:al2023-x86_64
if ! docker image inspect "$image" >/dev/null 2>&1; then
    tree=$scratch/tree
    mkdir -p "$tree"/{bin,etc,opt,tmp,var/runtime,var/task}
    echo 'root:x:0:0::/:/bin/sh' >"$tree/etc/passwd"
    cp -L /bin/sh /bin/chmod /bin/mv "$tree/bin/"
    ldd /bin/sh /bin/chmod /bin/mv "$built"/functions/*/bootstrap | grep -o '/[^ :]*\.so[^ :]*' | sort -u | while read -r library; do
        mkdir -p "$tree$(dirname "$library")"
        cp -L "$library" "$tree$library"
    done
    tar -C "$tree" -c . | docker import --change 'ENV LAMBDA_TASK_ROOT=/var/task' --change 'WORKDIR /var/task' - "$image" >/dev/null
fi

port=$(free_port)
start_emulator "$port"
# The containers reach the emulator under the name that samconfig.toml gives the machine.
sed "s/:4566\"/:$port\"/" tests/env.json >"$scratch/env.json"
python .ci/check_sam_local.py invoke "$built/template.yaml" "$scratch"

python .ci/check_sam_local.py table "$built/template.yaml" "$scratch"
port=$(free_port)
sam local start-api --template "$built/template.yaml" --config-file "$PWD/samconfig.toml" --env-vars "$scratch/env.json" \
    --skip-pull-image --port "$port" >"$scratch/api.log" 2>&1 &
api=$!
for _ in $(seq 100); do
    if grep -q "Running on http" "$scratch/api.log"; then break; fi
    kill -0 "$api" || { cat "$scratch/api.log"; exit 1; }
    sleep 0.3
done
python .ci/check_sam_local.py book "http://127.0.0.1:$port" || { tail -50 "$scratch/api.log"; exit 1; }
