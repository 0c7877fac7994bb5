"""Plays what an app does against the PKB sandbox, with the PyPI package Authlib.

PKB_READY and PKB_REDIRECT_URI are set by scripts/lib/with_baton.py. The same story is told by pkb_story.mjs with
packages of npm.
"""

import json
import os
import sys
import urllib.parse
from html.parser import HTMLParser

# The sandbox is on this machine, without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests  # noqa: E402
from authlib.common.security import generate_token  # noqa: E402
from authlib.integrations.base_client import OAuthError  # noqa: E402
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402

READY = json.loads(os.environ["PKB_READY"])
REDIRECT = os.environ["PKB_REDIRECT_URI"]
BASE = READY["url"]
AUTHORIZE = f"{BASE}/apiAuthorize.action"
TOKEN = f"{BASE}/apiToken.action"
# The PKB sandbox's refusal of a token whose session is over.
ENDED = (401, "API_SESSION_INVALID")


def main():
    before = control("GET", "")
    strict = before["profile"] == "strict"
    people = iter(patient for patient in READY["patients"] if not patient.get("note"))
    print(f"Authlib, profile {before['profile']}")
    lives = 0
    for pkce in [True] if strict else [False, True]:
        for how, approve in [("a control", approve_by_control), ("the page", approve_by_page)]:
            live(next(people), pkce, approve)
            lives += 1
            proof = "PKCE S256" if pkce else "no PKCE"
            print(f"  {proof}, approved by {how}: read, refreshed twice, a spent refresh token ended the session")
    denied(next(people), strict)
    code_twice(next(people), strict)
    other_verifier(next(people))
    if strict:
        without_proof()
    counts = control("GET", "")["counts"]
    count = {what: counts.get(what, 0) - before["counts"].get(what, 0)
             for what in ["authorised", "denied", "code-exchanged", "refreshed", "reused"]}
    same(count["refreshed"], 2 * lives, "the refreshes that the sandbox counted")
    same(count["reused"], lives + 1, "what the sandbox counted as used twice")
    print("  the sandbox counted:", ", ".join(f"{what} {times}" for what, times in count.items()))


class App:
    """An app with one patient's session. PKB publishes no metadata to discover, and its clients have no secret."""

    def __init__(self, pkce):
        self.verifier = generate_token(48) if pkce else None
        self.session = OAuth2Session(
            READY["clientId"], token_endpoint_auth_method="none", redirect_uri=REDIRECT, scope="PATIENT",
            code_challenge_method="S256" if pkce else None)
        proof = {"code_verifier": self.verifier} if pkce else {}
        self.url, self.state = self.session.create_authorization_url(AUTHORIZE, **proof)

    def finish(self, location):
        proof = {"code_verifier": self.verifier} if self.verifier else {}
        return dict(self.session.fetch_token(TOKEN, authorization_response=location, state=self.state, **proof))

    def refresh(self, token):
        return dict(self.session.refresh_token(TOKEN, refresh_token=token))

    def read(self, pair, path):
        self.session.token = pair
        answer = self.session.get(BASE + path, timeout=20)
        return answer.status_code, answer.json()


def live(person, pkce, approve):
    """A whole session, from approval to its end by a refresh token that is used again."""
    app = App(pkce)
    pairs = [app.finish(approve(app.url, person))]
    reads(app, pairs[0], person)
    for _ in range(2):
        pairs.append(app.refresh(pairs[-1]["refresh_token"]))
        reads(app, pairs[-1], person)
    for pair in pairs:
        same((pair["token_type"], pair["expires_in"], pair["scope"]), ("Bearer", 600, "PATIENT"), "an answer with tokens")
    tokens = {pair[kind] for pair in pairs for kind in ["access_token", "refresh_token"]}
    same(len(tokens), 6, "the number of different tokens")
    # An access token lives until its own end, whatever came after it.
    reads(app, pairs[0], person)
    refused("a spent refresh token", lambda: app.refresh(pairs[0]["refresh_token"]))
    over(app, pairs[-1])


def denied(person, pkce):
    app = App(pkce)
    # Authlib reads codes alone, and leaves an error to the app.
    back = urllib.parse.parse_qs(urllib.parse.urlsplit(decide(app.url, person, "deny")).query)
    same((back.get("error"), back.get("state")), (["access_denied"], [app.state]), "what came back of a denied request")
    print("  denied: sent back with access_denied")


def code_twice(person, pkce):
    app = App(pkce)
    location = approve_by_control(app.url, person)
    pair = app.finish(location)
    refused("a code's second use", lambda: app.finish(location))
    over(app, pair)
    print("  a code used twice: refused, and its session ended")


def other_verifier(person):
    mine, theirs = App(True), App(True)
    location = urllib.parse.urlsplit(approve_by_control(theirs.url, person))
    # A code that somebody else's request brought, in an answer that looks like ours.
    code = urllib.parse.parse_qs(location.query)["code"][0]
    injected = location._replace(query=urllib.parse.urlencode({"code": code, "state": mine.state})).geturl()
    refused("a code of another request", lambda: mine.finish(injected))
    print("  a code of another request: refused, its verifier is not ours")


def without_proof():
    page = requests.get(App(False).url, allow_redirects=False, timeout=20)
    same((page.status_code, page.headers.get("Location")), (400, None), "the answer to a request without a challenge")
    print("  without PKCE: a page that says so, and no redirect")


def reads(app, pair, person):
    status, details = app.read(pair, "/json/users/self")
    same((status, details.get("email")), (200, person["email"]), "users/self")
    status, purview = app.read(pair, "/fhir/Consent/$purview")
    same(status, 200, "the status of $purview")
    reference = purview["parameter"][0]["valueReference"]["reference"]
    same(reference, f"Patient/{person['publicId']}", "whose token it is")


def over(app, pair):
    """A session that is over, by both of its newest tokens."""
    status, told = app.read(pair, "/json/users/self")
    same((status, told.get("code")), ENDED, "users/self after the end")
    status, outcome = app.read(pair, "/fhir/Consent/$purview")
    same((status, outcome["issue"][0]["details"]["coding"][0]["code"]), ENDED, "$purview after the end")
    refused("the newest refresh token of a session that is over", lambda: app.refresh(pair["refresh_token"]))


def refused(what, attempt):
    try:
        attempt()
    except OAuthError as problem:
        same(problem.error, "invalid_grant", f"what was said to {what}")
    else:
        sys.exit(f"{what} was taken")


# A patient decides. Each gives the address that the browser would be sent to.


def approve_by_control(url, person):
    return decide(url, person, "approve")


def decide(url, person, decision):
    wanted = {"url": url, "email": person["email"], "decision": decision}
    return control("POST", "/approvals", wanted)["location"]


def approve_by_page(url, person):
    """As a browser does: the page, its form with all hidden fields, and the cookie that came with it."""
    browser = requests.Session()
    page = browser.get(url, allow_redirects=False, timeout=20)
    same(page.status_code, 200, "the status of the authorise page")
    form = Form(page.text)
    fields = {**form.hidden, "email": person["email"], "password": person["password"], "decision": "approve"}
    answer = browser.post(BASE + form.action, fields, allow_redirects=False, timeout=20)
    same(answer.status_code, 303, "the status of the form's answer")
    return answer.headers["Location"]


class Form(HTMLParser):
    """The form that leads to the authorise page again."""

    def __init__(self, html):
        super().__init__()
        self.action, self.hidden, self.inside = None, {}, False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form" and found.get("action") == "/apiAuthorize.action":
            self.action, self.inside = found["action"], True
        elif tag == "input" and self.inside and found.get("type") == "hidden":
            self.hidden[found["name"]] = found["value"]

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


def control(method, path, wanted=None):
    answer = requests.request(method, f"{BASE}/sandbox/v1/pkb{path}", json=wanted, timeout=20)
    same(answer.status_code, 200, f"the control {path}")
    return answer.json()


def same(found, wanted, what):
    if found != wanted:
        sys.exit(f"wrong: {what}: {found}, not {wanted}")


if __name__ == "__main__":
    main()
