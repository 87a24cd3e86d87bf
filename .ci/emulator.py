#!/usr/bin/env python3
"""Runs ministack, an emulator of AWS, with one rule of AWS that it lacks and that the template depends on: Lambda refuses a
function whose name has more than 64 characters."""

from ministack.app import main
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

if __name__ == "__main__":
    main()
