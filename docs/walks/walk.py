"""The five-minute walk in Python, its standard library alone: a PDF into a patient's record, through the gateway of a
running `baton up`, and a webhook that says so.

    python3 docs/walks/walk.py [PDF]

It reads addresses and key from BATON_SDK (default baton-data/sdk, or the folder sdk in BATON_DATA_DIR).
ACCESS_CODE is the code that the practitioner read from the toolbar; without it, the sandbox makes one.
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import queue
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = pathlib.Path(__file__).resolve().parent
PDF = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../sdk-kit/samples/dispense-notification.pdf")
SDK = pathlib.Path(os.environ.get("BATON_SDK") or pathlib.Path(os.environ.get("BATON_DATA_DIR", "baton-data"), "sdk"))
try:
    DETAILS = json.loads((SDK / "connection-details.json").read_text())
except FileNotFoundError:
    sys.exit(f"no environment in {SDK}: start `baton up` here, or set BATON_SDK to its sdk folder")
GATEWAY = DETAILS["gateway"]


def call(method, path, body=None):
    """Every call has the same shape: the key in a header, and a problem document when the answer is no."""
    request = urllib.request.Request(GATEWAY["url"] + path, method=method)
    request.add_header("Authorization", "Bearer " + GATEWAY["apiKey"])
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as refusal:
        problem = json.loads(refusal.read())
        for fault in problem.get("invalidParameters", []):
            print(f"  {fault['name']}: {fault['reason']}", file=sys.stderr)
        sys.exit(f"{method} {path}: {problem['title']} ({problem['instance']})")


def is_genuine(secret, headers, body):
    """Whether a webhook is ours (Standard Webhooks). `body` is the bytes as they came."""
    timestamp = headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # While a secret is being rotated there are two signatures, with a space between; one must be ours.
    given = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(expected, signature) for signature in given)


class Webhooks(BaseHTTPRequestHandler):
    """Your product's endpoint: check, note, answer at once, and work afterwards."""

    secret = None
    told = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.secret is None or not is_genuine(self.secret, self.headers, body):
            self.send_response(401)
        else:
            # The same webhook-id may come twice: a product remembers which it has seen.
            self.told.put(json.loads(body))
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


# 1. The practitioner, by your product's own id. Again and again does no harm.
user = GATEWAY["userId"]
user_path = "/v1/users/" + urllib.parse.quote(user, safe="")
call("PUT", user_path, {"name": "Dr Amara Okafor"})

# 2. The practitioner reads an access code from the toolbar and types it into a form of yours. It lives for a minute.
code = os.environ.get("ACCESS_CODE")
if code is None:
    sandbox = urllib.request.Request(DETAILS["platformUrl"] + "/sandbox/v1/access-code", method="POST")
    with urllib.request.urlopen(sandbox) as made:
        code = json.load(made)["accessCode"]
call("POST", user_path + "/authorisation", {"accessCode": code})
print("authorised:", user)

# 3. Have webhooks posted here. The secret is shown this once. `up` allows private addresses; elsewhere use https.
server = ThreadingHTTPServer(("127.0.0.1", 0), Webhooks)
threading.Thread(target=server.serve_forever, daemon=True).start()
webhook = call("POST", "/v1/webhooks", {"url": f"http://127.0.0.1:{server.server_port}/", "description": "walk.py"})
Webhooks.secret = webhook["secret"]

# 4. Send. The id is yours: with the same one you can send again after any doubt, and nothing is filed twice.
message_id = str(uuid.uuid4())
entered = call("POST", "/v1/messages", {
    "messageId": message_id,
    "kind": "instant",
    "userId": user,
    "topic": "DispenseEventNotification",
    "to": DETAILS["practiceOdsCode"],
    "nhsNumber": DETAILS["nhsNumber"],
    "body": {"mimeType": "text/plain", "content": "Medicines handed out today."},
    "files": [{
        "fileName": PDF.name,
        "mimeType": "application/pdf",
        "content": base64.b64encode(PDF.read_bytes()).decode(),
    }],
})
print("queued:", entered["messageId"])

# 5. Webhooks tell what becomes of it. They name the message and nothing of the patient.
while True:
    event = Webhooks.told.get(timeout=30)
    if event["data"].get("messageId") != message_id:
        continue
    print("webhook:", event["type"], event["data"].get("status", ""), event["data"].get("subStatus", ""))
    if event["type"] == "message.refused":
        sys.exit("refused: " + event["data"]["problem"])
    if event["data"].get("status") == "COMPLETED":
        break

# 6. The same on demand, whenever you like: where it stands, every try, everything that happened.
message = call("GET", "/v1/messages/" + message_id)
print("in the record:", message["status"], message["subStatus"])
call("DELETE", "/v1/webhooks/" + webhook["webhookId"])
