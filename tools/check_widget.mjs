// A supplier in JavaScript: checks a launch's token as docs/widgets.md shows, or makes one, with the npm package jose.
//
// From standard input one JSON object. {"act": "check", …} prints the token's claims, or `refused`; {"act": "make", …}
// prints a token.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { CompactEncrypt, CompactSign, importJWK } from "jose";

const asked = JSON.parse(readFileSync(0, "utf8"));
const bytes = (text) => new TextEncoder().encode(text);

async function check() {
    const guide = readFileSync(new URL("../docs/widgets.md", import.meta.url), "utf8");
    // Beside the packages, so that its imports are found.
    const file = new URL(`node_modules/.widget-${process.pid}.mjs`, import.meta.url);
    writeFileSync(file, /```js\n([^]*?)```/.exec(guide)[1]);
    try {
        const { launched } = await import(file.href);
        return JSON.stringify(
            await launched(asked.token, {
                secret: asked.secret,
                method: asked.method,
                issuer: asked.issuer,
                audience: asked.audience,
                keyOf: (kid) => asked.keys[kid],
                useUp: (jti) => !(asked.used ?? []).includes(jti),
                now: () => new Date(asked.now * 1000),
            }),
        );
    } catch (why) {
        console.error("refused:", why.name, why.message);
        return "refused";
    } finally {
        rmSync(file);
    }
}

async function make() {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", d: asked.d, x: asked.x }, "EdDSA");
    const signed = await new CompactSign(bytes(JSON.stringify(asked.claims)))
        .setProtectedHeader({ alg: "EdDSA", typ: "JWT", kid: asked.kid })
        .sign(key);
    return new CompactEncrypt(bytes(signed))
        .setProtectedHeader({ alg: "dir", enc: asked.method, cty: "JWT" })
        .encrypt(bytes(asked.secret));
}

console.log(asked.act === "make" ? await make() : await check());
