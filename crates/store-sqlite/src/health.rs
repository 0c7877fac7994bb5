//! Whether the database answers.

use crate::database::Database;
use crate::sql::statements;
use crate::writer::Side;
use async_trait::async_trait;
use store::Result;
use store::platform::Health;
use store::row::Cells as _;

statements! {
    BEAT = "UPDATE health SET beat = beat + 1 WHERE id = 1";
    READ_BEAT = "SELECT beat FROM health WHERE id = 1";
}

#[async_trait]
impl<S: Side> Health for Database<S> {
    async fn check(&self) -> Result<()> {
        let name = "check health";
        self.write(name, |tx| tx.write_one(BEAT, [], "health.beat"))
            .await?;
        self.read(name, |conn| {
            conn.one(READ_BEAT, [], |cells| cells.take::<i64>("health.beat"))
        })
        .map(drop)
    }
}
