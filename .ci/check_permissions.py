#!/usr/bin/env python3
"""Checks each statement of the roles in template.yaml with parliament, which knows AWS's actions, the resources and the
condition keys that each of them has, and the usual mistakes.

A finding fails unless EXCEPTIONS lists it with its reason, and so does an exception that no finding needs.

Usage: check_permissions.py TEMPLATE
"""

import json
import re
import sys
from pathlib import Path

import parliament
import yaml

# By the finding, the action or resource that it is about, and why it is right as it is.
EXCEPTIONS = {
    ("WILDCARD", "schedule/${TimerGroup}/*"): "a timer's name is made from its notice, and the group has nothing but timers",
    ("WILDCARD", "identity/*"): (
        "SES authorizes on the identity of the sender, of a parent domain and, in the sandbox, of the recipient; the "
        "condition on ses:FromAddress is the limit"
    ),
    ("WILDCARD", "*"): "the action ListStreams knows no resources",
    ("WILDCARD", "configuration-set/*"): "an identity may have a default configuration set that the template can't know",
}

# What an intrinsic function stands for, as the kind of resource whose ARN it is.
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-west-1:123456789012:table/{0}",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{0}",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:123456789012:log-group:{0}:*",
    "AWS::SQS::Queue": "arn:aws:sqs:eu-west-1:123456789012:{0}",
}
PARAMETERS = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "tactful",
    "WebhookSecret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:webhooks-AbCdEf",
}


class Template(yaml.SafeLoader):
    """Reads the short form of an intrinsic function, `!Ref X`, as the long one, {"Ref": "X"}."""


def intrinsic(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag: value}


Template.add_multi_constructor("!", intrinsic)


def listed(value):
    return value if isinstance(value, list) else [value]


class Policies:
    def __init__(self, template):
        self.resources = template["Resources"]

    def statements(self):
        for role, resource in self.resources.items():
            if resource["Type"] == "AWS::IAM::Role":
                for policy in resource["Properties"].get("Policies", []):
                    for statement in policy["PolicyDocument"]["Statement"]:
                        # A statement may depend on a condition: both of its forms are checked.
                        for form in statement["If"][1:] if "If" in statement else [statement]:
                            if form != {"Ref": "AWS::NoValue"}:
                                yield role, form

    def arn(self, name, attribute):
        if attribute == "StreamArn":
            # The label of a stream is a time, but parliament takes a colon in it for the end of a part of the ARN.
            return self.arn(name, "Arn") + "/stream/label"
        return ARNS[self.resources[name]["Type"]].format(name)

    def value(self, value):
        """The text that CloudFormation might make of a value."""
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        (function, argument), *others = value.items()
        if others or function not in ("Ref", "GetAtt", "Sub"):
            return {key: self.value(item) for key, item in value.items()}
        if function == "GetAtt":
            return self.arn(*argument.split("."))
        if function == "Ref":
            return PARAMETERS.get(argument, argument)
        return re.sub(r"\$\{([^}]*)\}", lambda found: self.named(found[1]), argument)

    def named(self, name):
        return self.arn(*name.split(".")) if "." in name else PARAMETERS.get(name, name)


def written(value):
    """A resource as the template has it, for people and for exceptions."""
    return value if isinstance(value, str) else str(next(iter(value.values())))


def wildcards(statement):
    for action in listed(statement["Action"]):
        if "*" in action or "?" in action:
            yield "WILDCARD", action
    for resource in listed(statement["Resource"]):
        text = written(resource)
        if "*" in text or "?" in text:
            yield "WILDCARD", text.rsplit(":", 1)[-1]


def findings(policies, statement):
    yield from wildcards(statement)
    document = {"Version": "2012-10-17", "Statement": [policies.value(statement)]}
    for finding in parliament.analyze_policy_string(json.dumps(document)).findings:
        for detail in listed(finding.detail):
            yield finding.issue, detail["action"] if isinstance(detail, dict) and "action" in detail else str(detail)


def main(path):
    policies = Policies(yaml.load(path.read_text(), Template))
    wrong = count = 0
    used = set()
    for role, statement in policies.statements():
        count += 1
        for finding in findings(policies, statement):
            if finding in EXCEPTIONS:
                used.add(finding)
            else:
                wrong += 1
                print(f"{role}/{statement['Sid']}: {finding[0]}: {finding[1]}")
    for finding in EXCEPTIONS.keys() - used:
        wrong += 1
        print(f"no statement needs the exception for {finding}: remove it")
    print(f"{count} statements checked, {wrong} findings, {len(used)} exceptions")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
