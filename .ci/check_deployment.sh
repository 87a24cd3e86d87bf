#!/usr/bin/env bash
# Deploys template.yaml with `sam deploy` to an emulator of AWS and has a reminder go its whole way there: HTTP, table, stream,
# planner, timer, notify, mail. Then it runs the commands of docs/operations.md on that stack, and deploys stacks whose names
# are as long as they may be, and one character longer.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'finish $?' EXIT
finish() {
    stop_emulator
    [ "$1" = 0 ] || show_emulator
    rm -rf "$scratch"
}
. .ci/emulator.sh
. .ci/built.sh

# Prints what SAM says only if it fails.
deploy() {
    sam deploy --template-file "$built/template.yaml" --stack-name "$1" --resolve-s3 --capabilities CAPABILITY_IAM \
        --no-confirm-changeset --no-progressbar --parameter-overrides SenderEmail=reminders@example.com AllowAnonymous=true \
        WebhookUrl=https://receiver.example.com/ >"$scratch/deploy.log" 2>&1
}

start_emulator "$(free_port)"
deploy tactful || { cat "$scratch/deploy.log"; exit 1; }
python .ci/check_deployment.py reminder tactful

# The name of the other stack begins alike.
longest=tactful-$(printf 'a%.0s' $(seq 37))
deploy "$longest" || { cat "$scratch/deploy.log"; exit 1; }
python .ci/check_deployment.py serves "$longest"
python .ci/check_commands.py run tactful "$longest"
if deploy "${longest}b"; then
    echo "a stack with a name of 46 characters was deployed"
    exit 1
fi
python .ci/check_deployment.py refused "${longest}b"
