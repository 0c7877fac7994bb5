//! Operations that turn an access code into a token, and check a token.

use super::{
    Access, Answer, Chapter, Endpoint, Method, Payload, Request, access_token, access_token_alias,
};
use crate::paths::partner;
use crate::problem::ProblemType;

pub(super) const ALL: [Endpoint; 2] = [
    Endpoint {
        method: Method::Post,
        path: partner::ACCESS_TOKEN,
        id: "exchangeAccessCode",
        chapter: Chapter::Permission,
        summary: "Swap an access code for a token",
        description: "The practitioner makes a code in the toolbar and enters it in your product; you send it here and keep the token with that person's account, encrypted. Every later instant message for that person uses the same token.

A code works once and lives 60 seconds. A code that is wrong, used or too old is a `validation-error` that names `accessCode`; ask the practitioner for the one now on the screen. After 5 wrong codes within a minute your exchange pauses: 429.",
        access: Access::Key,
        parameters: &[],
        request: Request::Json("ExchangeCode"),
        answers: &[Answer {
            status: 200,
            description: "The token. It is shown only now.",
            payload: Payload::Json("AccessToken"),
            headers: &[],
        }],
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ],
    },
    Endpoint {
        method: Method::Get,
        path: partner::VERIFY,
        id: "verifyAccessToken",
        chapter: Chapter::Permission,
        summary: "Check a token",
        description: "Says whether an access token is still good. After a 410 forget the token and ask the practitioner for a new code.",
        access: Access::KeyAndToken,
        parameters: &[
            access_token_alias(
                true,
                "The token to check. It may stand in `AccessToken` instead; in both only if they agree.",
            ),
            access_token(false, "Taken instead of `Conneqt-Instant-Access-Token`."),
        ],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "The token is good.",
            payload: Payload::Empty,
            headers: &[],
        }],
        problems: &[ProblemType::ValidationError, ProblemType::TokenGone],
    },
];
