#!/usr/bin/env bash
# Signs in to the user pool of deploy/cognito.yaml and prints an ID token, which is valid for an hour.
#
#   deploy/token.sh ana@example.com
#
# It asks for the password and, if that is the temporary one from Cognito's mail, for a new one. Without a
# terminal it reads them from its input, a line each. It needs bash, curl and jq.
#
# The pool and its client are the outputs JwtIssuer and JwtAudience of the stack SIGN_IN_STACK
# (tactful-sign-in), read with the AWS CLI. Who has no AWS credentials sets JWT_ISSUER and JWT_AUDIENCE to
# them instead. Neither is a secret.
set -euo pipefail

fail() {
    echo "$1" >&2
    exit 1
}

if [ $# != 1 ]; then
    echo "usage: deploy/token.sh EMAIL" >&2
    exit 2
fi
email=$1

output() {
    aws cloudformation describe-stacks --stack-name "${SIGN_IN_STACK:-tactful-sign-in}" \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text
}
issuer=${JWT_ISSUER:-$(output JwtIssuer)}
client=${JWT_AUDIENCE:-$(output JwtAudience)}

# Passwords are not shown, and are on no command line, which other users of the machine can read.
ask() {
    if [ -t 0 ]; then printf '%s: ' "$1" >&2; fi
    IFS= read -rs password || fail "There is no $1 in the input."
    if [ -t 0 ]; then echo >&2; fi
}

# Sends its input to an operation of Cognito, and prints the answer. An emulator's address replaces that of
# the issuer.
cognito() {
    curl --silent --show-error --data-binary @- -H "content-type: application/x-amz-json-1.1" \
        -H "x-amz-target: AWSCognitoIdentityProviderService.$1" "${AWS_ENDPOINT_URL:-${issuer%/*}}/"
}

# What Cognito wants next, or why it refused. It also refuses a password that its rules don't allow.
next() {
    if jq -e '.__type' <<<"$answer" >/dev/null; then fail "$(jq -r '.message // .__type' <<<"$answer")"; fi
    jq -r '.ChallengeName // empty' <<<"$answer"
}

ask password
answer=$(printf '%s' "$password" | jq -Rs --arg client "$client" --arg email "$email" \
    '{ClientId: $client, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: {USERNAME: $email, PASSWORD: .}}' |
    cognito InitiateAuth)
challenge=$(next)

if [ "$challenge" = NEW_PASSWORD_REQUIRED ]; then
    ask "new password (12 characters or more, with an upper and a lower case letter and a digit)"
    answer=$(printf '%s' "$password" | jq -Rs --arg client "$client" --slurpfile asked <(printf '%s' "$answer") \
        '$asked[0] as {$ChallengeName, $Session, $ChallengeParameters} |
        {ClientId: $client, $ChallengeName, $Session,
            ChallengeResponses: {USERNAME: $ChallengeParameters.USER_ID_FOR_SRP, NEW_PASSWORD: .}}' |
        cognito RespondToAuthChallenge)
    challenge=$(next)
fi
if [ -n "$challenge" ]; then fail "Cognito asks for $challenge, which only its sign-in page can answer."; fi
jq -r .AuthenticationResult.IdToken <<<"$answer"
