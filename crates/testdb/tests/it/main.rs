//! The servers as tests use them: they answer, follow, are cut off, and are gone afterwards.

#[cfg(test)]
mod postgres;
#[cfg(test)]
mod s3;
