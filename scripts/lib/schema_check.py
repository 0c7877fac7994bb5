"""Puts made-up requests, good and bad, to a running `baton up` (see with_baton.py), and compares every answer with openapi.json.

It makes a real access token first, so that instant messages get past the door. Everything goes to this machine only.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = "40"
# Fixed, so that the same code gets the same requests; SEED=n tries others.
SEED = os.environ.get("SEED", "20261121")
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
# The sandbox controls would move the clock under the test, and the stream of events never ends.
LEFT_OUT = "^/sandbox/|/events$|/stream$"


def main():
    url, key = os.environ["UP_URL"], os.environ["UP_API_KEY"]
    if urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost"):
        sys.exit(f"{url} is not on this machine")
    print(f"seed {SEED}, {EXAMPLES} examples for each operation", flush=True)
    command = [
        Path(sys.executable).with_name("schemathesis"),
        "run",
        f"{url}/openapi.json",
        *("--url", url),
        *("--header", f"ApiKey:{key}"),
        *("--header", f"AccessToken:{access_token(url, key)}"),
        *("--checks", ",".join(CHECKS)),
        *("--exclude-path-regex", LEFT_OUT),
        *("--phases", "examples,coverage,fuzzing"),
        *("--max-examples", EXAMPLES),
        *("--seed", SEED),
        *("--generation-database", "none"),
        *("--request-timeout", "20"),
        *("--max-failures", "20"),
        *("--suppress-health-check", "all"),
        *("--workers", "2"),
        "--no-color",
    ]
    # It leaves a folder with what it found where it runs.
    return subprocess.run(command, cwd=ROOT / "target/test-logs", check=False).returncode


def access_token(url, key):
    """A token of the signed-in demo practitioner, got as a partner gets one."""
    words = [os.environ["UP_PROGRAM"], "toolbar", "code", "--data-dir", os.environ["UP_DATA"], "--json"]
    code = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)["accessCode"]
    request = urllib.request.Request(
        f"{url}/api/v1/messages/instant/access/token",
        data=json.dumps({"accessCode": code}).encode(),
        headers={"ApiKey": key, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["token"]


if __name__ == "__main__":
    sys.exit(main())
