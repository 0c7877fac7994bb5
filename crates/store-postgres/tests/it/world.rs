//! A practice, client systems and messages for the tests here.

use crate::server::Database;
use jiff::Timestamp;
use model::attachment::{Attachment, Kind};
use model::entropy::{SeededEntropy, uuid_v4, uuid_v7};
use model::message::{Approval, Body, BodyType, Envelope, Stage};
use model::organisation::{ClientSystem, Practice};
use model::practitioner::Practitioner;
use model::{
    Actor, ClientMessageId, ClientSystemId, FileName, Hash, MessageRef, NhsNumber, OdsCode,
    SpineUserId, TokenId,
};
use std::sync::Arc;
use std::time::Duration;
use store::platform::{
    Accepted, AttachmentBytes, Audience, CodeExchange, Exchanged, FeedEntry, NewAccessCode,
    NewMessage, PlatformStore,
};
use tokio_postgres::{Client, NoTls};

pub(crate) const BY: Actor = Actor::System;
pub(crate) const CONVERTS: i64 = 600;

/// The moment `seconds` after every test's start.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

/// What the tests begin with; clones are the same world, `seen_by` looks at it from another node.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: PlatformStore,
    pub(crate) client: ClientSystemId,
    pub(crate) doctor: Practitioner,
    entropy: Arc<SeededEntropy>,
}

impl World {
    pub(crate) async fn new(store: PlatformStore) -> Self {
        let entropy = SeededEntropy::new(5);
        let practice = OdsCode::parse("GPPRAC001").unwrap();
        let surgery = Practice {
            ods_code: practice.clone(),
            name: "Riverside".to_owned(),
        };
        let put = store.directory.put_practice(&BY, &surgery, at(0)).await;
        put.unwrap();
        let client = ClientSystem {
            id: ClientSystemId(uuid_v4(&entropy)),
            name: "Pharmacy".to_owned(),
            disabled: false,
            instant: true,
        };
        let added = store.directory.add_client(&BY, &client, at(0)).await;
        added.unwrap();
        Self {
            store,
            client: client.id,
            doctor: Practitioner {
                practice,
                spine_user_id: SpineUserId::parse("555000000101").unwrap(),
            },
            entropy: Arc::new(entropy),
        }
    }

    pub(crate) fn seen_by(&self, store: PlatformStore) -> Self {
        Self {
            store,
            ..self.clone()
        }
    }

    pub(crate) fn hash(&self) -> Hash {
        Hash::from_bytes(model::entropy::bytes(&*self.entropy))
    }

    /// Any of so many.
    pub(crate) fn any(&self, of: u64) -> u64 {
        u64::from_be_bytes(model::entropy::bytes(&*self.entropy)) % of
    }

    /// A token of the doctor.
    pub(crate) async fn token(&self) -> TokenId {
        let permissions = &self.store.permissions;
        let code = NewAccessCode {
            hash: self.hash(),
            practitioner: self.doctor.clone(),
            made_at: at(0),
            ends_at: at(60),
        };
        permissions.add_code(&BY, &code).await.unwrap();
        let exchange = CodeExchange {
            client: self.client,
            code_hash: code.hash,
            token: TokenId(uuid_v4(&*self.entropy)),
            token_hash: self.hash(),
            at: at(1),
        };
        let exchanged = permissions.exchange(&BY, &exchange).await.unwrap();
        assert_eq!(exchanged, Exchanged::Token(self.doctor.clone()));
        exchange.token
    }

    /// A standard message with a body.
    pub(crate) fn standard(&self, accepted: Timestamp) -> NewMessage {
        NewMessage {
            envelope: Envelope {
                reference: MessageRef(uuid_v7(accepted, &*self.entropy)),
                client: self.client,
                message_id: ClientMessageId(uuid_v4(&*self.entropy)),
                approval: None,
                topic: model::topic::DISPENSE_EVENT.to_owned(),
                practice: self.doctor.practice.clone(),
                subject: NhsNumber::parse("9547852140").unwrap(),
                accepted_at: accepted,
                expires_at: accepted + jiff::SignedDuration::from_hours(30 * 24),
                content_hash: self.hash(),
            },
            stage: Stage::new(None),
            body: Some(Body {
                kind: BodyType::Plain,
                content: "Please see the letter.".to_owned(),
            }),
            attachments: Vec::new(),
            coded_data: Vec::new(),
        }
    }

    pub(crate) fn instant(&self, token: TokenId, accepted: Timestamp) -> NewMessage {
        let mut message = self.standard(accepted);
        let converts = accepted + jiff::SignedDuration::from_secs(CONVERTS);
        message.stage = Stage::new(Some(converts));
        message.envelope.approval = Some(Approval {
            spine_user_id: self.doctor.spine_user_id.clone(),
            token,
        });
        message
    }

    pub(crate) async fn accept(&self, message: &NewMessage) -> Accepted {
        let accepted = self.store.messages.accept(&BY, message).await;
        accepted.unwrap()
    }

    /// Accepts a new standard message.
    pub(crate) async fn accept_new(&self, seconds: i64) -> MessageRef {
        let message = self.standard(at(seconds));
        assert_eq!(self.accept(&message).await, Accepted::New);
        message.envelope.reference
    }

    /// Puts a blob in place.
    pub(crate) async fn blob(&self, bytes: &[u8]) -> Hash {
        let mut writer = self.store.blobs.begin();
        writer.write(bytes.to_vec().into()).await.unwrap();
        writer.finish().await.unwrap();
        writer.seal().await.unwrap().hash
    }

    pub(crate) fn toolbars(&self) -> Audience {
        Audience::Practice(self.doctor.practice.clone())
    }

    pub(crate) async fn told(&self, after: u64) -> Vec<FeedEntry> {
        let told = self.store.feed.since(&self.toolbars(), after, 1_000).await;
        told.unwrap()
    }
}

/// Attaches a blob to a message.
pub(crate) fn attach(message: &mut NewMessage, hash: Hash) {
    let name = format!("{}.pdf", message.attachments.len());
    let attachment = Attachment {
        kind: Kind::Pdf,
        file_name: FileName::parse(&name).unwrap(),
        size: 5_000_000,
        hash,
    };
    message
        .attachments
        .push((attachment, AttachmentBytes::Blob));
}

impl Database {
    /// A connection to another database of the same server.
    pub(crate) async fn elsewhere(&self) -> Client {
        let url = self.url().replace(&self.name, "postgres");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// What a statement counts.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let row = self.client().await.query_one(sql, &[]).await.unwrap();
        row.get(0)
    }

    /// Transactions that PostgreSQL had to end because each waited for the other.
    pub(crate) async fn deadlocks(&self) -> i64 {
        // Sessions tell what they have counted when they end.
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        self.number(sql).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        self.number(sql).await
    }
}
