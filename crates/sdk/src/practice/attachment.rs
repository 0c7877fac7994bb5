//! An attachment on its way: whoever reads it to the end has exactly the bytes that were sent.

use crate::Error;
use bytes::{Bytes, BytesMut};
use reqwest::Response;
use sha2::{Digest, Sha256};
use wire::practice::AttachmentInfo;

/// No attachment is larger (contract A.12): 5 MiB.
const MAX_BYTES: u64 = 5 * 1024 * 1024;

/// The bytes of one attachment.
pub struct AttachmentStream {
    response: Response,
    hasher: Sha256,
    left: u64,
    size: u64,
    sha256: String,
}

impl AttachmentStream {
    pub(super) fn new(response: Response, info: &AttachmentInfo) -> Result<Self, Error> {
        if info.size > MAX_BYTES {
            return Err(Error::Unintelligible("an attachment over 5 MiB".to_owned()));
        }
        Ok(Self {
            response,
            hasher: Sha256::new(),
            left: info.size,
            size: info.size,
            sha256: info.sha256.to_ascii_lowercase(),
        })
    }

    /// The next piece; `None` once all has come and was what it should be.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when it broke off, [`Error::Unintelligible`] when length or SHA-256 differ.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match self.response.chunk().await {
            Err(error) => Err(Error::transport(&error)),
            Ok(Some(piece)) => {
                let differs = || Error::Unintelligible("an attachment's length differs".to_owned());
                self.left = self
                    .left
                    .checked_sub(piece.len() as u64)
                    .ok_or_else(differs)?;
                self.hasher.update(&piece);
                Ok(Some(piece))
            }
            Ok(None) if self.left > 0 => {
                Err(Error::Unreachable("an attachment broke off".to_owned()))
            }
            Ok(None) => self.finish().map(|()| None),
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`Self::chunk`].
    pub async fn read_all(mut self) -> Result<Bytes, Error> {
        let size = usize::try_from(self.size).unwrap_or_default();
        let mut whole = BytesMut::with_capacity(size);
        while let Some(piece) = self.chunk().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    fn finish(&mut self) -> Result<(), Error> {
        use std::fmt::Write as _;
        let digest = self.hasher.finalize_reset();
        let hex = digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        if hex == self.sha256 {
            Ok(())
        } else {
            Err(Error::Unintelligible(
                "an attachment's SHA-256 differs".to_owned(),
            ))
        }
    }
}
