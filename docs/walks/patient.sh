#!/usr/bin/env bash
# A patient's record, linked and read with curl, through the gateway of a running `baton up`: what a product with an
# app of its own does.
#   docs/walks/patient.sh [EMAIL]     (whose record at the PKB sandbox; see the list that it shows on its own page)
# It reads addresses and key from BATON_SDK (default baton-data/sdk, or the folder sdk in BATON_DATA_DIR).
set -euo pipefail

email=${1:-wei.zhang@example.com}
details=${BATON_SDK:-${BATON_DATA_DIR:-baton-data}/sdk}/connection-details.json
if [ ! -f "$details" ]; then
    echo "no $details: start \`baton up\` here, or set BATON_SDK to its sdk folder" >&2
    exit 1
fi

# A member of a JSON text, one that is no object. Good enough for a walk; a product uses a JSON library.
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

gateway=$(sed -n '/"gateway"/,/}/p' "$details" | member url)
key=$(sed -n '/"gateway"/,/}/p' "$details" | member apiKey)
pkb=$(sed -n '/"pkb"/,$p' "$details" | member url)

# Every call has the same shape: the key in a header, and a problem document when the answer is no.
call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $key" "$@"; }
json=(-H 'Content-Type: application/json')

# 1. Your patient, by your product's own id: one that says nothing about the person. Again and again does no harm.
patient=walk-$(uuidgen 2> /dev/null || cat /proc/sys/kernel/random/uuid)
call -X PUT "$gateway/v1/patients/$patient" > /dev/null
echo "patient: $patient"

# 2. Begin. Redirect your patient's browser, signed in to your app, to grantUrl: that is Patients Know Best's page.
begun=$(call "$gateway/v1/patients/$patient/link" "${json[@]}" -d '{"returnUrl":"http://localhost:3000/back"}')
grant=$(sed -n 's/.*"grantUrl" *: *"\([^"]*\)".*/\1/p' <<< "$begun")

# 3. There the patient signs in and approves. Here the sandbox is told to do so in their stead, and we are the
#    browser: it goes from PKB to the gateway, and from there to your returnUrl, with a result behind it.
if ! said=$(curl --silent --show-error --fail-with-body "$pkb/sandbox/v1/pkb/approvals" "${json[@]}" \
    -d "{\"url\":\"$grant\",\"email\":\"$email\",\"decision\":\"approve\"}"); then
    echo "the sandbox said: $said" >&2
    exit 1
fi
back=$(member location <<< "$said")
returned=$(curl --silent --show-error --output /dev/null --write-out '%{redirect_url}' "$back")
result=$(sed -n 's/.*[?&]result=\([^&]*\).*/\1/p' <<< "$returned")
if [ -z "$result" ]; then
    echo "no link: ${returned#*\?}" >&2
    exit 1
fi

# 4. Confirm, in the name of the patient who is signed in to YOUR session, never of one whom the address names: only
#    now is there a link. So nobody can have somebody else's record linked to their account.
if ! refusal=$(call "$gateway/v1/patients/$patient/link/confirm" "${json[@]}" -d "{\"result\":\"$result\"}"); then
    echo "$refusal" >&2
    if [[ $refusal == *'"linked-elsewhere"'* ]]; then
        echo "$email is connected to another account here already: approve as somebody else, patient.sh EMAIL" >&2
    fi
    exit 1
fi
state=$(call "$gateway/v1/patients/$patient" | member state)
echo "link: $state"

# 5. Who it is, as PKB has it, comes with the patient: name, birth date, address, NHS number.
number=$(call "$gateway/v1/patients/$patient" | member nhsNumber)
echo "NHS number: ${number:0:3} ${number:3:3} ${number:6}"

# 6. Read anything that the patient may read there. The gateway puts a living token to it, and renews it when needed.
record=$(call "$gateway/v1/patients/$patient" | member publicId)
call "$gateway/v1/patients/$patient/pkb/fhir/Patient/$record" -H 'Accept: application/fhir+json' > /dev/null
echo "read: Patient/$record"

# 7. The patient disconnects: tokens and details are destroyed, here and now. Deleting the patient does that too.
call -X DELETE "$gateway/v1/patients/$patient/link"
echo "link: $(call "$gateway/v1/patients/$patient" | member state)"
call -X DELETE "$gateway/v1/patients/$patient"
[ "$state" = linked ]
