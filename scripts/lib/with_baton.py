"""Starts `baton up` on free ports and an empty folder, runs a command against it, and ends it.

    python3 scripts/lib/with_baton.py [--demo] COMMAND…
    python3 scripts/lib/with_baton.py --pkb-sandbox PROFILE COMMAND…

The command finds the addresses in its environment: UP_URL, UP_API_KEY, UP_PAS_URL, UP_SDK, UP_DATA, UP_PROGRAM, the
whole line that `baton up --json` printed in UP_READY, and the part of it about the PKB sandbox in PKB_READY. The second
form starts a PKB sandbox alone; then there are PKB_READY and PKB_REDIRECT_URI, an address that its client registered.
The command's exit code becomes ours, unless what we started ends badly.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/debug/baton"
READY_WITHIN = 60
ENDS_WITHIN = 20
# Nobody listens there: whoever plays the browser reads where it is sent, and doesn't go. It has no query, for
# openid-client leaves that out when it hands in the code.
REDIRECT_URI = "http://127.0.0.1:9/back"


def main(words):
    match words:
        case ["--demo", *command]:
            what, arguments = "up", ["--demo"]
        case ["--pkb-sandbox", profile, *command]:
            what, arguments = "pkb-sandbox", ["serve", "--profile", profile, "--redirect-uri", REDIRECT_URI]
        case command:
            what, arguments = "up", []
    if what == "up":
        ports = ["--platform-port", "--pas-port", "--gateway-port", "--pkb-port"]
        arguments += [word for port in ports for word in [port, "0"]]
    else:
        arguments += ["--listen", "127.0.0.1:0"]
    logs = ROOT / "target/test-logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"baton-{what}.log"
    with tempfile.TemporaryDirectory(prefix="baton-test-") as data, log.open("wb") as stderr:
        begun = time.monotonic()
        server = subprocess.Popen(
            [PROGRAM, what, *arguments, "--data-dir", data, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            # Ctrl-C is for us; we then end it in our own way.
            start_new_session=True,
        )
        try:
            ready = wait_until_ready(server)
            print(f"baton {what} was ready after {time.monotonic() - begun:.2f} s, pid {server.pid}", flush=True)
            told = told_of_up(ready, data) if what == "up" else told_of_pkb(ready)
            status = subprocess.run(command, cwd=ROOT, env={**os.environ, **told}, check=False).returncode
        except NotReady as problem:
            print(f"baton {what}: {problem}", file=sys.stderr)
            status = 1
        finally:
            ended = end(server)
        if status == 0 and ended != 0:
            print(f"baton {what} ended with {ended}, not 0", file=sys.stderr)
            status = 1
    if status != 0:
        print(f"--- the end of {log.relative_to(ROOT)}", file=sys.stderr)
        sys.stderr.writelines(line + "\n" for line in log.read_text(errors="replace").splitlines()[-40:])
    return status


class NotReady(Exception):
    """It never said that it is ready."""


def wait_until_ready(server):
    """The ready line, as a dictionary. The rest of what it prints is read and dropped, so that it never blocks."""
    lines = queue.Queue()

    def read():
        for line in server.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    until = time.monotonic() + READY_WITHIN
    while True:
        try:
            line = lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise NotReady(f"not ready within {READY_WITHIN} s") from None
        if line is None:
            raise NotReady("it ended before it was ready")
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict) and said.get("ready") is True:
            return said


def told_of_up(ready, data):
    return {
        "UP_READY": json.dumps(ready),
        "UP_URL": ready["platform"]["url"].rstrip("/"),
        "UP_API_KEY": ready["platform"]["apiKey"],
        "UP_PAS_URL": ready["testPas"]["url"].rstrip("/"),
        "UP_SDK": ready["sdkDir"],
        "UP_DATA": data,
        "UP_PROGRAM": str(PROGRAM),
        "PKB_READY": json.dumps(ready["pkb"]),
    }


def told_of_pkb(ready):
    return {"PKB_READY": json.dumps(ready), "PKB_REDIRECT_URI": REDIRECT_URI}


def end(server):
    """Ends the process that we started, kindly first, and gives its exit code."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        return server.wait(timeout=ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        print(f"it did not end within {ENDS_WITHIN} s of SIGTERM", file=sys.stderr)
        server.kill()
        return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
