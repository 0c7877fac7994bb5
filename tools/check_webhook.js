// Checks one captured webhook with the npm package `standardwebhooks`, as a product in JavaScript would.
//
// From standard input: {"secret": "whsec_…", "headers": {…}, "body": "…"}. It prints `good` or `refused`.

"use strict";

const { readFileSync } = require("node:fs");
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
    const event = new Webhook(secret).verify(body, headers);
    if (typeof event.type !== "string") throw new Error("the event has no type");
    console.log("good");
} catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log("refused");
}
