//! Whether the database answers.

use super::Db;
use crate::attempt::Call;
use crate::sql::statements;
use async_trait::async_trait;
use std::time::Duration;
use store::Result;
use store::platform::Health;

statements! {
    BEAT = "UPDATE health SET beat = beat + 1 WHERE id = 1";
}

/// Whoever asks wants to know soon, above all that it is not so.
const WITHIN: Duration = Duration::from_secs(1);

#[async_trait]
impl Health for Db {
    async fn check(&self) -> Result<()> {
        let call = Call::new("check health").repeatable().within(WITHIN);
        self.write(call, |tx| async move {
            tx.write_one(BEAT, &[], "health.beat").await
        })
        .await
    }
}
