#!/usr/bin/env bash
# The five-minute walk with curl: a PDF into a patient's record, through the gateway of a running `baton up`.
#   docs/walks/walk.sh [PDF]
# It reads addresses and key from BATON_SDK (default baton-data/sdk, or the folder sdk in BATON_DATA_DIR).
# ACCESS_CODE is the code that the practitioner read from the toolbar; without it, the sandbox makes one.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
pdf=${1:-$here/../../sdk-kit/samples/dispense-notification.pdf}
details=${BATON_SDK:-${BATON_DATA_DIR:-baton-data}/sdk}/connection-details.json
if [ ! -f "$details" ]; then
    echo "no $details: start \`baton up\` here, or set BATON_SDK to its sdk folder" >&2
    exit 1
fi

# A member of a JSON text, one that is no object. Good enough for a walk; a product uses a JSON library.
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

gateway=$(sed -n '/"gateway"/,/}/p' "$details" | member url)
key=$(sed -n '/"gateway"/,/}/p' "$details" | member apiKey)
user=$(sed -n '/"gateway"/,/}/p' "$details" | member userId)
platform=$(member platformUrl < "$details")
practice=$(member practiceOdsCode < "$details")
patient=$(member nhsNumber < "$details")

# Every call has the same shape: the key in a header, and a problem document when the answer is no.
call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $key" "$@"; }

# 1. The practitioner, by your product's own id. Again and again does no harm.
call -X PUT "$gateway/v1/users/$user" -H 'Content-Type: application/json' -d '{"name":"Dr Amara Okafor"}' > /dev/null

# 2. The practitioner reads an access code from the toolbar and types it into a form of yours. It lives for a minute.
code=${ACCESS_CODE:-$(curl -sS -X POST "$platform/sandbox/v1/access-code" | member accessCode)}
call "$gateway/v1/users/$user/authorisation" -H 'Content-Type: application/json' -d "{\"accessCode\":\"$code\"}" > /dev/null
echo "authorised: $user"

# 3. Listen for what happens.
events=$(mktemp)
curl --silent --no-buffer -H "Authorization: Bearer $key" "$gateway/v1/events" > "$events" &
listener=$!
trap 'kill $listener 2> /dev/null || true; rm -f "$events"' EXIT
until grep -q '^event: *hello' "$events"; do sleep 0.05; done

# 4. Send. The id is yours: with the same one you can send again after any doubt, and nothing is filed twice.
id=$(uuidgen 2> /dev/null || cat /proc/sys/kernel/random/uuid)
message=$(cat <<JSON
{ "messageId": "$id", "kind": "instant", "userId": "$user", "topic": "DispenseEventNotification",
  "to": "$practice", "nhsNumber": "$patient",
  "body": { "mimeType": "text/plain", "content": "Medicines handed out today." } }
JSON
)
call "$gateway/v1/messages" -F "message=$message;type=application/json" -F "file=@$pdf;type=application/pdf" > /dev/null
echo "queued: $id"

# 5. It is in the record when the event says COMPLETED. Events name the message and nothing of the patient.
for _ in $(seq 300); do
    if grep "$id" "$events" | grep -q COMPLETED; then
        echo "in the record: $id"
        break
    fi
    sleep 0.1
done

# 6. The same on demand, whenever you like: where it stands, every try, everything that happened.
status=$(call "$gateway/v1/messages/$id" | member status)
echo "status: $status"
[ "$status" = COMPLETED ]

# How to check a webhook without a library: docs/walks/verify.sh.
