//! The settings of a test's server.

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    values: Vec<(String, String)>,
}

impl Default for Settings {
    /// As durable as in production: what is committed is on the disk. Small otherwise.
    fn default() -> Self {
        let values = [
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("max_connections", "200"),
            ("shared_buffers", "64MB"),
            // In files, so that a killed server leaves nothing in the machine's memory.
            ("dynamic_shared_memory_type", "mmap"),
            ("wal_level", "replica"),
            ("max_wal_senders", "8"),
            ("max_replication_slots", "8"),
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("max_wal_size", "512MB"),
            ("log_line_prefix", "%m [%p] %a "),
            ("jit", "off"),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            values: values.into(),
        }
    }
}

impl Settings {
    /// Another value; `name` as in `postgresql.conf`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without waiting for the disk: for tests that are about something else.
    #[must_use]
    pub fn careless(self) -> Self {
        self.with("fsync", "off").with("full_page_writes", "off")
    }

    /// The lines of `postgresql.conf`.
    pub(super) fn lines(&self) -> String {
        use std::fmt::Write as _;
        self.values
            .iter()
            .fold(String::new(), |mut lines, (name, value)| {
                let value = value.replace('\'', "''");
                // Writing into a String cannot fail.
                let _ = writeln!(lines, "{name} = '{value}'");
                lines
            })
    }
}
