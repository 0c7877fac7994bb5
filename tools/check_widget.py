"""A supplier in Python: checks a launch's token as docs/widgets.md shows, or makes one, with the PyPI package joserfc.

From standard input one JSON object. {"act": "check", …} prints the token's claims, or `refused`; {"act": "make", …}
prints a token.
"""

import json
import re
import sys
import warnings
from pathlib import Path

# `EdDSA` is what the tokens say; newer names for it are being recommended.
warnings.simplefilter("ignore")

from joserfc import jwe, jws  # noqa: E402
from joserfc.jwk import OctKey, OKPKey  # noqa: E402

GUIDE = Path(__file__).resolve().parents[1] / "docs/widgets.md"


def main():
    asked = json.load(sys.stdin)
    print(make(asked) if asked["act"] == "make" else check(asked))


def check(asked):
    example = {}
    exec(re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.S).group(1), example)  # noqa: S102
    try:
        claims = example["launched"](
            asked["token"], secret=asked["secret"], method=asked["method"], issuer=asked["issuer"],
            audience=asked["audience"], key_of=lambda kid: asked["keys"][kid],
            use_up=lambda jti: jti not in asked.get("used", []), now=lambda: asked["now"])
    except Exception as why:  # noqa: BLE001 whatever it is, nobody is let in
        print(f"refused: {type(why).__name__}: {why}", file=sys.stderr)
        return "refused"
    return json.dumps(claims)


def make(asked):
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": asked["d"], "x": asked["x"]})
    head = {"alg": "EdDSA", "typ": "JWT", "kid": asked["kid"]}
    signed = jws.serialize_compact(head, json.dumps(asked["claims"]), key, algorithms=["EdDSA"])
    around = {"alg": "dir", "enc": asked["method"], "cty": "JWT"}
    secret = OctKey.import_key(asked["secret"].encode())
    return jwe.encrypt_compact(around, signed, secret, algorithms=["dir", asked["method"]])


if __name__ == "__main__":
    main()
