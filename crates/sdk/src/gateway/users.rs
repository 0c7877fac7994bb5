//! Practitioners by the product's own ids.

use super::GatewayClient;
use crate::Error;
use crate::http::{fill, send_for, send_only};
use reqwest::Method;
use wire::gateway::users::{Authorisation, AuthorisationLink, PutUser, User, UserList};
use wire::partner::ExchangeCode;
use wire::paths::gateway as paths;

fn of(template: &str, id: &str) -> String {
    fill(template, "userId", id)
}

impl GatewayClient {
    /// Adds a user, or gives one a name.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn put_user(&self, id: &str, name: Option<&str>) -> Result<User, Error> {
        let user = PutUser {
            name: name.map(str::to_owned),
            ..PutUser::default()
        };
        self.put_user_as(id, &user).await
    }

    /// Adds a user, or changes what is known of one: the name, and which practitioner that is at which practice.
    ///
    /// # Errors
    /// [`Error`]; 409 when the practitioner is another user at that practice, or the user somebody else or elsewhere.
    pub async fn put_user_as(&self, id: &str, user: &PutUser) -> Result<User, Error> {
        send_for(self.call(Method::PUT, &of(paths::USER, id)).json(user)).await
    }

    /// One user; 404 when there is none.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn user(&self, id: &str) -> Result<User, Error> {
        send_for(self.get(&of(paths::USER, id))).await
    }

    /// A page of users by id, after the `next` of the page before.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// let mut after = None;
    /// loop {
    ///     let page = gateway.users(after.as_deref()).await?;
    ///     for user in &page.users {
    ///         println!("{}: {}", user.user_id, user.authorisation.state);
    ///     }
    ///     let Some(next) = page.next else { break };
    ///     after = Some(next);
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`].
    pub async fn users(&self, after: Option<&str>) -> Result<UserList, Error> {
        send_for(self.get(&Self::asking(paths::USERS, &[("after", after)]))).await
    }

    /// Deletes a user and the sealed token.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn delete_user(&self, id: &str) -> Result<(), Error> {
        send_only(self.delete(&of(paths::USER, id))).await
    }

    /// Enters a practitioner's access code. A code works once: a lost answer loses the code too.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// match gateway.authorise("dr-okafor", "k7wq 4rtx").await {
    ///     Ok(user) => println!("{} is {}", user.user_id, user.authorisation.state),
    ///     // What a person should read stands in the refusal.
    ///     Err(error) => match error.refusal() {
    ///         Some(refusal) => println!("{}", refusal.words),
    ///         None => println!("please try again"),
    ///     },
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`]; a `validation-error` that names `accessCode` for a code that is wrong, used or too old.
    pub async fn authorise(&self, id: &str, access_code: &str) -> Result<User, Error> {
        let code = ExchangeCode {
            access_code: access_code.to_owned(),
        };
        send_for(self.post(&of(paths::AUTHORISATION, id)).json(&code)).await
    }

    /// Asks the platform whether the user's authorisation is still good.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn verify(&self, id: &str) -> Result<Authorisation, Error> {
        send_for(self.get(&of(paths::AUTHORISATION, id))).await
    }

    /// Forgets the user's authorisation.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn forget(&self, id: &str) -> Result<(), Error> {
        send_only(self.delete(&of(paths::AUTHORISATION, id))).await
    }

    /// A link to the gateway's own page for the user's access code.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn authorisation_link(&self, id: &str) -> Result<AuthorisationLink, Error> {
        send_for(self.post(&of(paths::AUTHORISATION_LINK, id))).await
    }
}
