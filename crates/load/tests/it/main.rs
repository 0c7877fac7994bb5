//! The generator against real servers: what arrives, what is counted, and connections that end.

#[cfg(test)]
mod over_http;
