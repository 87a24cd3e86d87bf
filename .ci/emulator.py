#!/usr/bin/env python3
"""Runs ministack, an emulator of AWS, in the current folder, and adds what it lacks and the template or its checks depend on:

- Lambda refuses a function whose name has more than 64 characters.
- Lambda gives the records of a stream that a function reports as failed to it again.
- What a function prints is kept, in logs/<function>.log.
"""

import subprocess
from pathlib import Path

from ministack.app import main
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
create = function["create"]


def create_if_the_name_fits(logical_id, props, stack_name):
    name = props.get("FunctionName", "")
    if len(name) > 64:
        # What Lambda answers, in its words.
        raise ValueError(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64"
        )
    return create(logical_id, props, stack_name)


function["create"] = create_if_the_name_fits

execute = lambda_svc._execute_function


def execute_with_failed_records(func, event):
    """Without it a record is lost when a call of its function takes too long, which happens on a busy machine. The whole batch
    comes again, as with AWS when it can't tell which records failed."""
    result = execute(func, event)
    records = event.get("Records") if isinstance(event, dict) else None
    body = result.get("body")
    if records and records[0].get("eventSource") == "aws:dynamodb" and isinstance(body, dict):
        failed = body.get("batchItemFailures")
        if failed:
            return {"error": True, "body": {"errorType": "batchItemFailures", "errorMessage": f"{len(failed)} records failed"}}
    return result


lambda_svc._execute_function = execute_with_failed_records

logs = Path("logs").resolve()
logs.mkdir(exist_ok=True)


class Process(subprocess.Popen):
    """A process; that of a function has a file for what it prints. The emulator would forget it, and not read it while the
    function works."""

    def __init__(self, args, **options):
        name = (options.get("env") or {}).get("AWS_LAMBDA_FUNCTION_NAME")
        self.is_function = name is not None
        if name is None:
            super().__init__(args, **options)
            return
        with open(logs / f"{name}.log", "ab") as log:
            super().__init__(args, **{**options, "stdout": log, "stderr": log})

    def communicate(self, *args, **options):
        printed = super().communicate(*args, **options)
        return (b"", b"") if self.is_function else printed


subprocess.Popen = Process

if __name__ == "__main__":
    main()
