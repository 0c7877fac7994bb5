"""Starts `baton up` on free ports and an empty folder, runs a command against it, and ends it.

    python3 scripts/lib/with_baton.py [--demo] COMMAND…

The command finds the addresses in its environment: UP_URL, UP_API_KEY, UP_PAS_URL, UP_SDK, UP_DATA, UP_PROGRAM, and the
whole line that `baton up --json` printed in UP_READY. The command's exit code becomes ours, unless `baton up` ends badly.
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


def main(words):
    demo = words[:1] == ["--demo"]
    command = words[1:] if demo else words
    logs = ROOT / "target/test-logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / "baton-up.log"
    with tempfile.TemporaryDirectory(prefix="baton-test-") as data, log.open("wb") as stderr:
        arguments = ["up", "--data-dir", data, "--platform-port", "0", "--pas-port", "0",
                     "--gateway-port", "0", "--json"]
        begun = time.monotonic()
        up = subprocess.Popen(
            [PROGRAM, *arguments, *(["--demo"] if demo else [])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            # Ctrl-C is for us; we then end it in our own way.
            start_new_session=True,
        )
        try:
            ready = wait_until_ready(up)
            print(f"baton up was ready after {time.monotonic() - begun:.2f} s, pid {up.pid}", flush=True)
            status = subprocess.run(command, cwd=ROOT, env=environment(ready, data), check=False).returncode
        except NotReady as problem:
            print(f"baton up: {problem}", file=sys.stderr)
            status = 1
        finally:
            ended = end(up)
        if status == 0 and ended != 0:
            print(f"baton up ended with {ended}, not 0", file=sys.stderr)
            status = 1
    if status != 0:
        print(f"--- the end of {log.relative_to(ROOT)}", file=sys.stderr)
        sys.stderr.writelines(line + "\n" for line in log.read_text(errors="replace").splitlines()[-40:])
    return status


class NotReady(Exception):
    """It never said that it is ready."""


def wait_until_ready(up):
    """The ready line, as a dictionary. The rest of what it prints is read and dropped, so that it never blocks."""
    lines = queue.Queue()

    def read():
        for line in up.stdout:
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


def environment(ready, data):
    return {
        **os.environ,
        "UP_READY": json.dumps(ready),
        "UP_URL": ready["platform"]["url"].rstrip("/"),
        "UP_API_KEY": ready["platform"]["apiKey"],
        "UP_PAS_URL": ready["testPas"]["url"].rstrip("/"),
        "UP_SDK": ready["sdkDir"],
        "UP_DATA": data,
        "UP_PROGRAM": str(PROGRAM),
    }


def end(up):
    """Ends the process that we started, kindly first, and gives its exit code."""
    if up.poll() is None:
        up.send_signal(signal.SIGTERM)
    try:
        return up.wait(timeout=ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        print(f"baton up did not end within {ENDS_WITHIN} s of SIGTERM", file=sys.stderr)
        up.kill()
        return up.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
