"""Checks one captured webhook with the PyPI package `standardwebhooks`, as a product in Python would.

From standard input: {"secret": "whsec_…", "headers": {…}, "body": "…"}. It prints `good` or `refused`.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def main():
    captured = json.load(sys.stdin)
    try:
        event = Webhook(captured["secret"]).verify(captured["body"], captured["headers"])
    except WebhookVerificationError:
        print("refused")
    else:
        assert isinstance(event["type"], str), "the event has no type"
        print("good")


if __name__ == "__main__":
    main()
