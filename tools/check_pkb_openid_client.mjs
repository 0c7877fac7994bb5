// Plays what an app does against the PKB sandbox, with the npm package `openid-client` (see pkb_story.mjs).

import * as library from "openid-client";
import { newState, pkb, play } from "./pkb_story.mjs";

// PKB publishes no metadata to discover, so its endpoints are set by hand; its clients have no secret.
const server = { issuer: pkb.url, authorization_endpoint: pkb.authorize, token_endpoint: pkb.token };
const config = new library.Configuration(server, pkb.clientId, undefined, library.None());
// The sandbox is on this machine, without TLS.
library.allowInsecureRequests(config);

await play("openid-client", {
    async begin({ pkce }) {
        const [state, verifier] = [newState(), pkce ? library.randomPKCECodeVerifier() : undefined];
        const parameters = { redirect_uri: pkb.redirectUri, scope: "PATIENT", state };
        if (pkce) {
            parameters.code_challenge = await library.calculatePKCECodeChallenge(verifier);
            parameters.code_challenge_method = "S256";
        }
        return { url: library.buildAuthorizationUrl(config, parameters).href, state, verifier };
    },

    finish: ({ state, verifier }, location) =>
        library.authorizationCodeGrant(config, new URL(location), { expectedState: state, pkceCodeVerifier: verifier }),

    refresh: (token) => library.refreshTokenGrant(config, token),

    async read(token, url) {
        try {
            const answer = await library.fetchProtectedResource(config, token, new URL(url), "GET");
            return { status: answer.status, body: await answer.json() };
        } catch (error) {
            if (!(error instanceof library.WWWAuthenticateChallengeError)) throw error;
            return { status: error.status, body: await error.response.json() };
        }
    },

    refusal: (error) =>
        error instanceof library.ResponseBodyError || error instanceof library.AuthorizationResponseError
            ? error.error
            : undefined,
});
