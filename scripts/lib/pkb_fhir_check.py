"""Reads every FHIR answer that the PKB sandbox of a running `baton up` (see with_baton.py) can give, with a FHIR library that is not ours.

    python pkb_fhir_check.py [READY]

READY is the line that `baton pkb-sandbox serve --json` printed; without it, the sandbox of UP_READY is taken. Patients
approve through the sandbox's controls, so no browser is needed. The controls are as before when it ends.
"""

import base64
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter

from fhir.resources.STU3 import get_fhir_model_class

NHS = "https://fhir.nhs.uk/Id/nhs-number"
CODES = "http://fhir.patientsknowbest.com/codesystem/response-code"
# Any address of localhost will do for a client of the profile `as-documented`.
REDIRECT = "http://localhost:1/back"
ORGANISATION = {"X-Org-Public-Id": "7f0a3d52-6f8b-4e0f-8c1e-5d2a9b7c4e31"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def main():
    ready = json.loads(sys.argv[1]) if len(sys.argv) > 1 else json.loads(os.environ["UP_READY"])["pkb"]
    sandbox = Sandbox(ready)
    sandbox.control("/reset", {})
    try:
        sandbox.check_everything()
    finally:
        sandbox.control("/reset", {})
    for kind, count in sorted(sandbox.seen.items()):
        print(f"{kind:24}{count:4} valid")


class Sandbox:
    def __init__(self, ready):
        self.base = ready["url"]
        self.client = ready["clientId"]
        self.system = (ready["systemClientId"], ready["systemClientSecret"])
        self.patients = ready["patients"]
        self.seen = Counter()

    def check_everything(self):
        statement = self.fhir("/fhir/metadata", None)
        must((statement["fhirVersion"], statement["acceptUnknown"]) == ("3.0.2", "no"), "the capability statement")
        for patient in self.patients:
            self.check_patient(patient)
        usual = next(p for p in self.patients if p.get("nhsNumber") and not p.get("note"))
        self.check_refusals(usual)
        self.check_system(usual)
        self.check_ends(usual)

    def check_patient(self, patient):
        """A patient's own answers; of one whose access is frozen, the refusals."""
        token = self.token(patient)
        own = f"Patient/{patient['publicId']}"
        if patient.get("note") == "Access frozen":
            self.refused("/fhir/Consent/$purview", token, 403, "ACCESS_FROZEN_OUTWARD")
            self.refused(f"/fhir/{own}", token, 403, "ACCESS_FROZEN_OUTWARD")
            return
        for method in ["GET", "POST"]:
            answer = self.fhir("/fhir/Consent/$purview", token, method=method)
            must(answer["parameter"][0]["valueReference"]["reference"] == own, "the purview")
        read = self.fhir(f"/fhir/{own}", token)
        must(read["id"] == patient["publicId"], "the patient that was read")
        if number := patient.get("nhsNumber"):
            found = self.fhir(search(number), token)
            must([entry["resource"] for entry in found["entry"]] == [read], "the patient that was found")

    def check_refusals(self, patient):
        token = self.token(patient)
        own = f"/fhir/Patient/{patient['publicId']}"
        for path in ["/fhir/Consent/$purview", own, "/fhir/Patient"]:
            self.refused(path, None, 401, "BAD_AUTHENTICATION")
            self.refused(path, "no-such-token", 401, "BAD_AUTHENTICATION")
        self.refused("/fhir/Patient", token, 400)
        self.refused("/fhir/Patient?identifier=urn:other%7C1", token, 400)
        self.refused(search(patient["nhsNumber"]) + "&name=x", token, 400)
        self.refused(own + "?_format=xml", token, 406)
        self.refused(f"/fhir/Patient/{NOBODY}", token, 404)
        self.refused("/fhir/Observation", token, 404)
        self.refused("/fhir/Patient", token, 405, method="POST")
        self.refused("/fhir/Consent/$purview", token, 400, method="POST", body=b"{}")
        other = next(p for p in self.patients if p.get("nhsNumber") and p is not patient)
        self.refused(f"/fhir/Patient/{other['publicId']}", token, 404)
        must(self.fhir(search(other["nhsNumber"]), token)["total"] == 0, "another patient's number")

    def check_system(self, patient):
        basic = base64.b64encode(":".join(self.system).encode()).decode()
        answer = self.form("/api/oauth/token", {"grant_type": "client_credentials"}, {"Authorization": f"Basic {basic}"})
        token = answer["access_token"]
        own = f"/fhir/Patient/{patient['publicId']}"
        self.refused(own, token, 400)
        self.refused(own, token, 400, headers={"X-Org-Public-Id": "riverside"})
        for each in self.patients:
            self.fhir(f"/fhir/Patient/{each['publicId']}", token, headers=ORGANISATION)
            if number := each.get("nhsNumber"):
                found = self.fhir(search(number), token, headers=ORGANISATION)
                must(found["total"] == 1, "what a system finds")
        self.fhir("/fhir/Consent/$purview", token, headers=ORGANISATION)

    def check_ends(self, patient):
        """Tokens and sessions that are over."""
        own = f"/fhir/Patient/{patient['publicId']}"
        self.control("", {"accessTokenSeconds": 1})
        token = self.token(patient)
        time.sleep(1.5)
        self.refused(own, token, 401, "ACC_TOKEN_EXPIRED")
        self.control("", {"accessTokenSeconds": 600})
        for how, code in [("expired", "API_SESSION_EXPIRED"), ("invalid", "API_SESSION_INVALID")]:
            token = self.token(patient)
            self.control("/sessions/end", {"publicId": patient["publicId"], "how": how})
            self.refused(own, token, 401, code)

    def token(self, patient):
        """The access token of a session that the patient lets us have."""
        query = urllib.parse.urlencode({
            "response_type": "code", "client_id": self.client, "redirect_uri": REDIRECT, "scope": "PATIENT", "state": "s"})
        wanted = {"url": f"{self.base}/apiAuthorize.action?{query}", "email": patient["email"], "decision": "approve"}
        location = self.control("/approvals", wanted)["location"]
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
        answer = self.form("/apiToken.action", {
            "grant_type": "authorization_code", "client_id": self.client, "code": code, "redirect_uri": REDIRECT})
        return answer["access_token"]

    def fhir(self, path, token, status=200, method="GET", headers=None, body=None):
        """A resource, checked by the library: its shape, its types, nothing that STU3 doesn't know, and nothing lost
        when the library writes it again."""
        sent = {"Accept": "application/fhir+json", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if method == "POST" and body is None:
            body = b'{"resourceType":"Parameters"}'
        if body is not None:
            sent["Content-Type"] = "application/fhir+json"
        got, answer, text = self.call(method, path, sent, body)
        where = f"{method} {path.split('?')[0]}"
        must(got == status, f"{where} was answered {got}, not {status}")
        must(answer.get_content_type() == "application/fhir+json", f"{where} came as {answer.get_content_type()}")
        resource = json.loads(text)
        model = get_fhir_model_class(resource["resourceType"]).model_validate_json(text)
        must(json.loads(model.model_dump_json()) == resource, f"{where} isn't what the library read")
        self.seen[resource["resourceType"]] += 1
        for entry in resource.get("entry", []):
            inner = entry["resource"]
            get_fhir_model_class(inner["resourceType"]).model_validate(inner)
            self.seen[f"{inner['resourceType']} in a Bundle"] += 1
        return resource

    def refused(self, path, token, status, code=None, **call):
        outcome = self.fhir(path, token, status, **call)
        must(outcome["resourceType"] == "OperationOutcome", f"{path} was refused with a {outcome['resourceType']}")
        codings = outcome["issue"][0].get("details", {}).get("coding", [])
        expected = [{"system": CODES, "code": code}] if code else []
        must(codings == expected, f"{path} was refused with {codings}, not {expected}")

    def control(self, path, wanted):
        headers = {"Content-Type": "application/json"}
        status, _, text = self.call("POST", f"/sandbox/v1/pkb{path}", headers, json.dumps(wanted).encode())
        must(status == 200, f"the control {path} was answered {status}: {text.decode()}")
        return json.loads(text)

    def form(self, path, fields, headers=None):
        headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        status, _, text = self.call("POST", path, headers, urllib.parse.urlencode(fields).encode())
        must(status == 200, f"{path} was answered {status}")
        return json.loads(text)

    def call(self, method, path, headers, body=None):
        request = urllib.request.Request(self.base + path, method=method, headers=headers, data=body)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()


def search(number):
    return f"/fhir/Patient?identifier={NHS}%7C{number}"


def must(good, what):
    if not good:
        sys.exit(f"wrong: {what}")


if __name__ == "__main__":
    main()
