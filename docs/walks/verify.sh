#!/usr/bin/env bash
# Whether a webhook is genuine, with openssl alone (Standard Webhooks):
#   verify.sh SECRET WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < BODY
# The body must be the bytes as they came. Ends with 0 when it is genuine and not older or newer than five minutes.
set -euo pipefail

secret=$1 id=$2 timestamp=$3 signatures=$4
age=$(($(date +%s) - timestamp))
if ((age > 300 || age < -300)); then
    echo "too old, or from the future" >&2
    exit 1
fi
key=$(printf %s "${secret#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
expected=v1,$({ printf '%s.%s.' "$id" "$timestamp"; cat; } \
    | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
# While a secret is being rotated there are two signatures, with a space between; one must be ours.
for signature in $signatures; do
    if [ "$signature" = "$expected" ]; then
        echo genuine
        exit 0
    fi
done
echo "not genuine" >&2
exit 1
