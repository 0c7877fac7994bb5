// Plays what an app does against the PKB sandbox, with the npm package `oauth4webapi` (see pkb_story.mjs).

import * as library from "oauth4webapi";
import { newState, pkb, play } from "./pkb_story.mjs";

// PKB publishes no metadata to discover, so its endpoints are set by hand; its clients have no secret.
const server = { issuer: pkb.url, authorization_endpoint: pkb.authorize, token_endpoint: pkb.token };
const client = { client_id: pkb.clientId };
const nobody = library.None();
// The sandbox is on this machine, without TLS.
const here = { [library.allowInsecureRequests]: true };

await play("oauth4webapi", {
    async begin({ pkce }) {
        const [state, verifier] = [newState(), pkce ? library.generateRandomCodeVerifier() : library.nopkce];
        const url = new URL(server.authorization_endpoint);
        url.search = new URLSearchParams({
            response_type: "code",
            client_id: client.client_id,
            redirect_uri: pkb.redirectUri,
            scope: "PATIENT",
            state,
        });
        if (pkce) {
            url.searchParams.set("code_challenge", await library.calculatePKCECodeChallenge(verifier));
            url.searchParams.set("code_challenge_method", "S256");
        }
        return { url: url.href, state, verifier };
    },

    async finish({ state, verifier }, location) {
        const back = library.validateAuthResponse(server, client, new URL(location), state);
        const answer = await library.authorizationCodeGrantRequest(
            server, client, nobody, back, pkb.redirectUri, verifier, here);
        return library.processAuthorizationCodeResponse(server, client, answer);
    },

    async refresh(token) {
        const answer = await library.refreshTokenGrantRequest(server, client, nobody, token, here);
        return library.processRefreshTokenResponse(server, client, answer);
    },

    async read(token, url) {
        try {
            const answer = await library.protectedResourceRequest(token, "GET", new URL(url), undefined, undefined, here);
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
