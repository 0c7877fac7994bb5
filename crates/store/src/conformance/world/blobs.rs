//! Blobs that messages name.

use super::{World, at};
use crate::platform::{AttachmentBytes, NewMessage};
use bytes::Bytes;
use model::attachment::Attachment;
use model::{FileName, Hash};

impl World {
    /// Puts a blob of these bytes in place.
    pub(in crate::conformance) async fn blob(&self, content: &[u8]) -> Hash {
        let mut writer = self.store.blobs.begin();
        let bytes = Bytes::copy_from_slice(content);
        writer.write(bytes).await.unwrap();
        writer.finish().await.unwrap();
        writer.seal().await.unwrap().hash
    }

    /// Adds an attachment to `message` that is kept as a blob named after it.
    pub(in crate::conformance) async fn attach(
        &self,
        message: &mut NewMessage,
        name: &str,
    ) -> Hash {
        let hash = self.blob(name.as_bytes()).await;
        let place = message.attachments.len();
        let attachment = Attachment {
            file_name: FileName::parse(&format!("{place}-{name}.pdf")).unwrap(),
            size: name.len() as u64,
            hash,
            ..message.attachments[0].0.clone()
        };
        message
            .attachments
            .push((attachment, AttachmentBytes::Blob));
        hash
    }

    /// Whether a message names a blob, or somebody has condemned it.
    pub(in crate::conformance) async fn is_held(&self, hash: Hash) -> bool {
        let messages = &self.store.messages;
        let condemned = messages.condemn_blob(hash, at(0)).await.unwrap();
        if condemned {
            messages.spare_blob(hash).await.unwrap();
        }
        !condemned
    }
}
