// What every OAuth client has to show against the PKB sandbox, whichever library it is made with.
//
// A client is { begin, finish, refresh, read, refusal }:
//   begin({ pkce })            -> { url, … }: the address of the authorise page, and what it must remember
//   finish(begun, location)    -> tokens, from where the browser was sent back to
//   refresh(token)             -> tokens
//   read(token, url)           -> { status, body }
//   refusal(error)             -> the OAuth error code that the library was told; else undefined
//
// PKB_READY and PKB_REDIRECT_URI are set by scripts/lib/with_baton.py.

import { randomUUID } from "node:crypto";
import { approveByControl, approveByPage, denyByControl, control } from "./pkb_people.mjs";

const ready = JSON.parse(process.env.PKB_READY);

export const pkb = {
    url: ready.url,
    clientId: ready.clientId,
    redirectUri: process.env.PKB_REDIRECT_URI,
    authorize: `${ready.url}/apiAuthorize.action`,
    token: `${ready.url}/apiToken.action`,
};

// The PKB sandbox's refusal of a token whose session is over.
const ENDED = "API_SESSION_INVALID";

export async function play(library, client) {
    const before = await control("GET", "");
    const strict = before.profile === "strict";
    const people = ready.patients.filter((patient) => !patient.note);
    console.log(`${library}, profile ${before.profile}`);
    let next = 0;
    for (const pkce of strict ? [true] : [false, true]) {
        for (const [how, approve] of [["a control", approveByControl], ["the page", approveByPage]]) {
            await live(client, people[next++], { pkce, approve });
            const proof = pkce ? "PKCE S256" : "no PKCE";
            console.log(`  ${proof}, approved by ${how}: read, refreshed twice, a spent refresh token ended the session`);
        }
    }
    await denied(client, people[next++], strict);
    await codeTwice(client, people[next++], strict);
    await otherVerifier(client, people[next++]);
    if (strict) await withoutProof(client);
    const { counts } = await control("GET", "");
    const count = (what) => (counts[what] ?? 0) - (before.counts[what] ?? 0);
    const lives = strict ? 2 : 4;
    same(count("refreshed"), 2 * lives, "the refreshes that the sandbox counted");
    same(count("reused"), lives + 1, "what the sandbox counted as used twice");
    const seen = ["authorised", "denied", "code-exchanged", "refreshed", "reused"];
    console.log(`  the sandbox counted: ${seen.map((what) => `${what} ${count(what)}`).join(", ")}`);
}

// A whole session, from approval to its end by a refresh token that is used again.
async function live(client, person, { pkce, approve }) {
    const begun = await client.begin({ pkce });
    const pairs = [await client.finish(begun, await approve(begun.url, person))];
    await reads(client, pairs[0], person);
    for (let times = 0; times < 2; times++) {
        pairs.push(await client.refresh(pairs.at(-1).refresh_token));
        await reads(client, pairs.at(-1), person);
    }
    for (const { token_type, expires_in, scope } of pairs) {
        same(token_type.toLowerCase(), "bearer", "the type of the token");
        same(expires_in, 600, "the life of an access token");
        same(scope, "PATIENT", "the scope");
    }
    const tokens = pairs.flatMap((pair) => [pair.access_token, pair.refresh_token]);
    same(new Set(tokens).size, 6, "the number of different tokens");
    // An access token lives until its own end, whatever came after it.
    await reads(client, pairs[0], person);
    await refused(client, "a spent refresh token", client.refresh(pairs[0].refresh_token));
    await over(client, pairs.at(-1));
}

async function denied(client, person, pkce) {
    const begun = await client.begin({ pkce });
    const location = await denyByControl(begun.url, person);
    await refused(client, "a denied request", client.finish(begun, location), "access_denied");
    console.log("  denied: the library was told access_denied");
}

async function codeTwice(client, person, pkce) {
    const begun = await client.begin({ pkce });
    const location = await approveByControl(begun.url, person);
    const pair = await client.finish(begun, location);
    await refused(client, "a code's second use", client.finish(begun, location));
    await over(client, pair);
    console.log("  a code used twice: refused, and its session ended");
}

async function otherVerifier(client, person) {
    const [mine, theirs] = [await client.begin({ pkce: true }), await client.begin({ pkce: true })];
    const location = await approveByControl(theirs.url, person);
    // A code that somebody else's request brought, in an answer that looks like ours.
    const state = new URL(mine.url).searchParams.get("state");
    const injected = new URL(location);
    injected.searchParams.set("state", state);
    await refused(client, "a code of another request", client.finish(mine, injected.href));
    console.log("  a code of another request: refused, its verifier is not ours");
}

async function withoutProof(client) {
    const begun = await client.begin({ pkce: false });
    const page = await fetch(begun.url, { redirect: "manual" });
    same(page.status, 400, "the answer to a request without a challenge");
    same(page.headers.get("location"), null, "where that request is sent");
    console.log("  without PKCE: a page that says so, and no redirect");
}

async function reads(client, { access_token: token }, person) {
    const self = await client.read(token, `${pkb.url}/json/users/self`);
    same(self.status, 200, "the status of users/self");
    same(self.body.email, person.email, "whose details they are");
    const purview = await client.read(token, `${pkb.url}/fhir/Consent/$purview`);
    same(purview.status, 200, "the status of $purview");
    const reference = purview.body.parameter[0].valueReference.reference;
    same(reference, `Patient/${person.publicId}`, "whose token it is");
}

// A session that is over, by both of its newest tokens.
async function over(client, pair) {
    const self = await client.read(pair.access_token, `${pkb.url}/json/users/self`);
    same([self.status, self.body.code].join(" "), `401 ${ENDED}`, "users/self after the end");
    const purview = await client.read(pair.access_token, `${pkb.url}/fhir/Consent/$purview`);
    const told = purview.body.issue[0].details.coding[0].code;
    same([purview.status, told].join(" "), `401 ${ENDED}`, "$purview after the end");
    await refused(client, "the newest refresh token of a session that is over", client.refresh(pair.refresh_token));
}

async function refused(client, what, attempt, error = "invalid_grant") {
    let told;
    try {
        await attempt;
    } catch (problem) {
        told = client.refusal(problem);
        if (told === undefined) throw problem;
    }
    same(told, error, `what was said to ${what}`);
}

export function same(found, wanted, what) {
    if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}`);
}

export const newState = () => randomUUID();
