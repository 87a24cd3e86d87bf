#!/usr/bin/env python3
"""Checks the policies of whoever deploys: deploy/policies allow what CloudFormation does for each type of resource in the
templates, and nothing else. What it does is in the types' schemas, which cfn-lint has, and parliament checks the rest.

A finding fails unless a list below has it with its reason, and so does an entry that nothing needs.

Usage: check_deployer.py TEMPLATE…
"""

import json
import re
import sys
from pathlib import Path

import cfnlint
import parliament

POLICIES = sorted(Path("deploy/policies").glob("*.json"))

# What an IAM managed policy may have at most, without white space.
MAX_SIZE = 6144

# The types that SAM makes of a function and its events.
OF_SAM = {
    "AWS::Serverless::Function": {
        "AWS::Events::Rule",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
    }
}

# Schemas list what any use of a type may need. These belong to features that the templates don't use.
UNUSED = {
    "cloudfront:.*": "a sign-in page under a domain of one's own",
    "cognito-idp:AddCustomAttributes": "attributes of one's own",
    "cognito-idp:ListUserPoolClientSecrets": "clients with a secret",
    "dynamodb:(AssociateTableReplica|CreateTableReplica)": "global tables",
    "dynamodb:(BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)": "data, which only imports and replicas touch",
    "dynamodb:(DescribeImport|ImportTable)": "import from S3",
    "dynamodb:(DisableKinesis.*|EnableKinesis.*|UpdateKinesis.*)": "streams to Kinesis",
    "dynamodb:(DeleteResourcePolicy|PutResourcePolicy)": "resource policies",
    "dynamodb:UpdateContributorInsights": "contributor insights",
    "(ec2|elasticfilesystem|s3files):.*": "functions in a network or with a file system",
    "firehose:.*": "logs to Firehose",
    "iam:(AttachRolePolicy|DetachRolePolicy)": "managed policies",
    "iam:(DeleteRolePermissionsBoundary|PutRolePermissionsBoundary)": "permissions boundaries",
    "kinesis:.*": "streams to Kinesis",
    "kms:.*": "keys of one's own",
    "lambda:(AssociateRuntimeAlias|PublishVersion|PutRuntimeManagementConfig)": "versions and pinned runtimes",
    "lambda:.*CapacityProvider": "functions on instances",
    "lambda:(DeleteFunctionCodeSigningConfig|GetCodeSigningConfig|PutFunctionCodeSigningConfig)": "signed code",
    "lambda:GetLayerVersion": "layers",
    "lambda:(PutFunctionRecursionConfig|PutFunctionScalingConfig)": "recursion and scaling of their own",
    "logs:(AssociateKmsKey|DisassociateKmsKey)": "keys of one's own",
    "logs:(.*DataProtectionPolicy|.*IndexPolic(y|ies)|PutBearerTokenAuthentication|PutLogGroupDeletionProtection)": "such settings",
    "logs:(CreateLogStream|DescribeLogStreams|PutLogEvents)": "imports of a table, which write a log",
    "logs:DeleteResourcePolicy": "resource policies that a log group has",
    "s3:(GetObjectMetadata|REST.PUT.OBJECT|getObject)": "imports, log archives, and bodies in S3",
    "secretsmanager:(RemoveRegionsFromReplication|ReplicateSecretToRegions)": "replicas",
    "ses:DescribeConfigurationSet": "the first version of SES's API",
    "ses:PutConfigurationSet.*": "options of configuration sets",
}

# What no type's schema has.
BEYOND_SCHEMAS = {
    "cloudformation:.*": "the stack itself",
    "lambda:(GetFunctionConfiguration|ListTags)": "CloudFormation waits for a function, and reads its tags",
    "logs:(CreateLogDelivery|DeleteLogDelivery|GetLogDelivery|ListLogDeliveries|UpdateLogDelivery)": "API Gateway's access log",
    "s3:.*": "the bucket that SAM uploads to",
}

# By parliament's finding and what it is about.
EXCEPTIONS = {
    ("INVALID_ARN", "transform/Serverless-2016-10-31"): "the account of SAM's transform is AWS's own, named aws",
    ("RESOURCE_MISMATCH", "ses:CreateConfigurationSet"): "the second version of SES's API has a resource where the first has none",
    ("RESOURCE_POLICY_PRIVILEGE_ESCALATION", "s3:PutBucketPolicy"): "SAM writes the policy of its own bucket",
    ("UNKNOWN_ACTION", "apigateway:TagResource"): "newer than parliament's list",
    ("UNKNOWN_ACTION", "apigateway:UntagResource"): "newer than parliament's list",
    ("UNKNOWN_ACTION", "cloudformation:DescribeEvents"): "newer than parliament's list",
    ("UNKNOWN_ACTION", "lambda:GetFunctionScalingConfig"): "newer than parliament's list",
}


def listed(value):
    return value if isinstance(value, list) else [value]


def types(templates):
    found = {kind for path in templates for kind in re.findall(r"^    Type: (AWS::\S+)$", path.read_text(), re.MULTILINE)}
    for kind, made in OF_SAM.items():
        if kind in found:
            found = found - {kind} | made
    return found


def needed(kinds):
    """The actions by which CloudFormation makes, reads, changes and deletes these types."""
    actions = set()
    schemas = Path(cfnlint.__file__).parent / "data/schemas/resources"
    missing = set(kinds)
    for path in schemas.glob("*.json"):
        schema = json.loads(path.read_text())
        if schema["typeName"] in kinds:
            missing.discard(schema["typeName"])
            for handler, described in schema["handlers"].items():
                if handler != "list":
                    actions.update(described["permissions"])
    assert not missing, f"no schema of {missing}"
    return actions


class Reasons:
    """A list of exceptions by pattern, which notes those that were needed."""

    def __init__(self, patterns):
        self.unused = set(patterns)
        self.patterns = patterns

    def have(self, action):
        matching = [pattern for pattern in self.patterns if re.fullmatch(pattern, action)]
        self.unused.difference_update(matching)
        return bool(matching)


def findings(statement):
    """What parliament says of each action alone: it checks nothing else of a statement with an action that it doesn't know."""
    for action in listed(statement["Action"]):
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Action": action}]}
        for finding in parliament.analyze_policy_string(json.dumps(document)).findings:
            if finding.issue == "INVALID_ARN":
                yield finding.issue, finding.location["string"].rsplit(":", 1)[-1]
            else:
                yield finding.issue, action


def main(templates):
    wrong = []
    allowed = set()
    met = set()
    for path in POLICIES:
        text = path.read_text()
        size = len("".join(text.split()))
        if size > MAX_SIZE:
            wrong.append(f"{path} has {size} characters, IAM takes {MAX_SIZE}")
        for statement in json.loads(text)["Statement"]:
            allowed.update(listed(statement["Action"]))
            for finding in sorted(set(findings(statement))):
                met.add(finding)
                if finding not in EXCEPTIONS:
                    wrong.append(f"{path}: {': '.join(finding)}")
    wrong += [f"no policy needs the exception for {': '.join(finding)}" for finding in EXCEPTIONS.keys() - met]

    unused, beyond = Reasons(UNUSED), Reasons(BEYOND_SCHEMAS)
    wanted = needed(types(templates))
    missing = {action for action in wanted if not unused.have(action)} - allowed
    wrong += [f"CloudFormation needs {action}" for action in sorted(missing)]
    idle = {action for action in allowed - wanted if not beyond.have(action)}
    wrong += [f"nothing needs {action}" for action in sorted(idle)]
    wrong += [f"nothing needs the reason for {pattern}" for pattern in sorted(unused.unused | beyond.unused)]

    print("\n".join([*wrong, f"{len(allowed)} actions in {len(POLICIES)} policies checked, {len(wrong)} findings"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
