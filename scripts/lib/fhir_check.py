"""Reads what the Test PAS of a running `baton up --demo` (see with_baton.py) serves at /fhir, with a FHIR library that is not ours.

R4B differs from R4 in nothing that is used here, and it is what the library calls its oldest kept release.
"""

import json
import os
import sys
import time
import urllib.request
from collections import Counter

from fhir.resources.R4B import get_fhir_model_class

SEARCHES = ["Patient", "DocumentReference", "Observation"]
SAMPLE = "https://fhir.nhs.uk/Id/nhs-number|9547852140"
IMPORTED_WITHIN = 30


def main():
    base = os.environ["UP_PAS_URL"] + "/fhir"
    seen = Counter()
    read(f"{base}/metadata", seen)
    patient = one(read(f"{base}/Patient?identifier={SAMPLE}", seen))["id"]
    read(f"{base}/Patient/{patient}", seen)
    until = time.monotonic() + IMPORTED_WITHIN
    while not (documents := entries(read(f"{base}/DocumentReference?patient={patient}", seen))):
        if time.monotonic() > until:
            sys.exit("the demo's message did not come into the record")
        time.sleep(0.5)
    for document in documents:
        read(f"{base}/DocumentReference/{document['id']}", seen)
        for content in document["content"]:
            fetch_binary(base, content["attachment"], seen)
    for observation in entries(read(f"{base}/Observation?patient={patient}", seen)):
        read(f"{base}/Observation/{observation['id']}", seen)
    for kind, count in sorted(seen.items()):
        print(f"{kind:20}{count:4} valid")


def get(url):
    request = urllib.request.Request(url.replace("|", "%7C"), headers={"Accept": "application/fhir+json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.headers, answer.read()


def read(url, seen):
    """A resource, checked by the library: its shape, its types, and nothing in it that FHIR does not know."""
    headers, body = get(url)
    if not headers.get_content_type() == "application/fhir+json":
        sys.exit(f"{url} came as {headers.get_content_type()}")
    resource = json.loads(body)
    get_fhir_model_class(resource["resourceType"]).model_validate_json(body)
    seen[resource["resourceType"]] += 1
    return resource


def entries(bundle):
    for entry in bundle.get("entry", []):
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    return [entry["resource"] for entry in bundle.get("entry", [])]


def one(bundle):
    found = entries(bundle)
    if len(found) != 1:
        sys.exit(f"{len(found)} resources where one was wanted")
    return found[0]


def fetch_binary(base, attachment, seen):
    """A document's bytes, in its own content type and of the size that the document says."""
    url = attachment["url"]
    url = url if "://" in url else f"{base}/{url}"
    request = urllib.request.Request(url, headers={"Accept": "*/*"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        body = answer.read()
        kind = answer.headers.get_content_type()
    if len(body) != attachment["size"] or kind != attachment["contentType"].split(";")[0]:
        sys.exit(f"a {attachment['contentType']} of {attachment['size']} bytes came as {len(body)} bytes of {kind}")
    seen["Binary"] += 1


if __name__ == "__main__":
    main()
