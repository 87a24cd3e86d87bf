#!/usr/bin/env python3
"""Checks the commands that the documents give to people.

Usage: check_commands.py parse              every block of shell commands in every document is one
       check_commands.py run STACK OTHER    the commands of docs/operations.md do their work on the stack in the emulator of AWS at
                                            AWS_ENDPOINT_URL, and leave the stack OTHER alone
"""

import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
import botocore
import botocore.session
from botocore.validate import validate_parameters

# A block, or a command within a sentence.
COMMANDS = re.compile(r"^```sh\n(.*?)^```|`((?:aws|curl) [^`]+)`", re.MULTILINE | re.DOTALL)

# Version 1 of the AWS CLI, which PyPI has, knows the same services and parameters as version 2, but not these options and
# this command.
AWS = """#!/usr/bin/env bash
set -euo pipefail
words=()
while [ $# -gt 0 ]; do
    case $1 in
        --cli-binary-format) shift ;;
        *) words+=("$1") ;;
    esac
    shift
done
if [ "${words[*]:0:2}" = "logs tail" ]; then
    [[ "${words[*]:3}" = "--since 1h --filter-pattern "* ]]
    words=(logs filter-log-events --log-group-name "${words[2]}" --filter-pattern "${words[6]}")
fi
case "${words[*]:0:2}" in
    # The emulator doesn't know the first of these, and the second not for a table with indexes.
    "sesv2 put-account-details") exec python "$CHECK_COMMANDS" model "${words[@]}" ;;
    "dynamodb restore-table-to-point-in-time")
        python "$CHECK_COMMANDS" model "${words[@]}"
        exec python "$CHECK_COMMANDS" restored "${words[3]}" "${words[5]}"
        ;;
esac
exec "$REAL_AWS" --endpoint-url "$AWS_ENDPOINT_URL" "${words[@]}"
"""

# A deployment takes minutes here. Its parameters are checked.
SAM = """#!/usr/bin/env bash
set -euo pipefail
[ "$1 $2" = "deploy --parameter-overrides" ]
for parameter in "${@:3}"; do
    grep -q "^  ${parameter%%=*}:$" template.yaml || { echo "there is no parameter ${parameter%%=*}" >&2; exit 1; }
done
"""


def commands(document):
    for block, sentence in COMMANDS.findall(document.read_text()):
        yield block or " ".join(sentence.split()) + "\n"


def parse():
    documents = [*Path().glob("*.md"), *Path("docs").glob("*.md"), *Path("examples").glob("*/*.md"), *Path("examples").glob("*.md")]
    count = 0
    for document in sorted(documents):
        for text in commands(document):
            # <meeting_id> stands for a word.
            text = re.sub(r"<[A-Za-z_]+>", "word", text)
            parsed = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
            if parsed.returncode or parsed.stderr:
                sys.exit(f"{document}: {parsed.stderr}\n{text}")
            count += 1
    assert count > 30, count
    print(f"{count} blocks and sentences with shell commands are well formed")


def concurrency(functions):
    client = boto3.client("lambda")
    return [client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions") for name in functions]


def functions_of(stack):
    pages = boto3.client("lambda").get_paginator("list_functions").paginate()
    suffixes = {path.name for path in Path("functions").iterdir()}
    names = {function["FunctionName"] for page in pages for function in page["Functions"]}
    return sorted(name for name in names if name.startswith(f"{stack}-") and name[len(stack) + 1 :] in suffixes)


def stopped(stack, other):
    """After the step that stops everything: all functions of the stack, and none of the other one."""
    assert set(concurrency(functions_of(stack))) == {0}, concurrency(functions_of(stack))
    assert set(concurrency(functions_of(other))) == {None}, concurrency(functions_of(other))
    print(f"stopped: {len(functions_of(stack))} functions of {stack}, none of {other}")


def model(service, operation, *options):
    """Whether a call has the parameters that it needs, and no others, by AWS's own model of the service."""
    described = botocore.session.get_session().get_service_model(service)
    names = {botocore.xform_name(name, "-"): name for name in described.operation_names}
    shape = described.operation_model(names[operation]).input_shape
    members = {f"--{botocore.xform_name(name, '-')}": name for name in shape.members}
    values, words = {}, list(options)
    while words:
        name = members[words.pop(0)]
        is_flag = shape.members[name].type_name == "boolean"
        values[name] = True if is_flag else words.pop(0)
    validate_parameters(values, shape)


def restored(source, target):
    """What a restore makes: a table with the items of the other one. Then one item of that is lost, and one is new."""
    client = boto3.client("dynamodb")
    keys = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    client.create_table(TableName=target, AttributeDefinitions=keys, KeySchema=schema, BillingMode="PAY_PER_REQUEST")
    for item in client.scan(TableName=source)["Items"]:
        client.put_item(TableName=target, Item=item)
    lost = next(key for key in sorted(items(source)) if key[1] == "MEETING")
    client.delete_item(TableName=source, Key={"pk": {"S": lost[0]}, "sk": {"S": lost[1]}})
    client.put_item(TableName=source, Item={"pk": {"S": "LATER"}, "sk": {"S": "LATER"}})


def items(table):
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return {(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]}


def run(stack, other):
    (described,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    queues = {}
    for name in ("TimerDeadLetters", "StreamDeadLetters"):
        found = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=name)
        queues[name] = found["StackResourceDetail"]["PhysicalResourceId"]
    before = items(outputs["TableName"])
    meeting = next(pk for pk, sk in before if sk == "MEETING").removeprefix("MEETING#")
    user = next(pk for pk, sk in before if sk == "PROFILE").removeprefix("USER#")
    words = {
        "TableName": outputs["TableName"], "StreamDeadLetters": queues["StreamDeadLetters"], "meeting_id": meeting,
        "user_id": user, "number": "20",
    }  # fmt: skip
    timer = {"meeting_id": meeting, "user_id": user, "type": "email", "minutes_before": 1}
    boto3.client("sqs").send_message(QueueUrl=queues["TimerDeadLetters"], MessageBody=json.dumps(timer))

    here = Path(__file__).resolve()
    script = ["set -euo pipefail"]
    for text in commands(Path("docs/operations.md")):
        text = re.sub(r"<([A-Za-z_]+)>", lambda found: words[found[1]], text)
        first, *others = [line for line in text.splitlines() if not line.startswith("#")]
        script.append(f"printf '$ %s\\n' {quoted(first + (' …' if others else ''))} >&2")
        script.append(text.replace("export STACK=tactful", f"export STACK={stack}"))
        if "--reserved-concurrent-executions 0" in text:
            script.append(f"python {here} stopped {stack} {other} >&2")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in ("aws", AWS), ("sam", SAM):
            file = Path(folder, name)
            file.write_text(text)
            file.chmod(file.stat().st_mode | stat.S_IXUSR)
        found = subprocess.run(["which", "aws"], capture_output=True, text=True, check=True).stdout.strip()
        api = outputs["ApiUrl"].split("//")[-1].split(".")[0]
        environment = {
            **os.environ, "REAL_AWS": found, "CHECK_COMMANDS": str(here), "PATH": f"{folder}:{os.environ['PATH']}", "TOKEN": "none",
            "API": f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{api}/$default",
        }  # fmt: skip
        with open(Path(folder, "out"), "w+") as out:
            done = subprocess.run(["bash"], input="\n".join(script), text=True, env=environment, stdout=out, check=False)
            out.seek(0)
            if done.returncode:
                sys.exit(f"{out.read()}\ndocs/operations.md: the last command failed with {done.returncode}")
    # A loop that ends early looks like one that is done.
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue = boto3.client("sqs").get_queue_attributes(QueueUrl=queues["TimerDeadLetters"], AttributeNames=names)
    waiting = queue["Attributes"]
    assert set(waiting.values()) == {"0"}, waiting
    lasting = {key for key in before if key[1] in ("MEETING", "PROFILE", "EMAIL")}
    missing = lasting - items(outputs["TableName"])
    assert not missing, missing
    assert ("LATER", "LATER") not in items(outputs["TableName"]), "the table was not emptied before it was filled"
    print("docs/operations.md: every command did its work")


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


if __name__ == "__main__":
    {"model": model, "parse": parse, "run": run, "restored": restored, "stopped": stopped}[sys.argv[1]](*sys.argv[2:])
