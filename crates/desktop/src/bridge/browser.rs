//! Pages in the PC's browser. Their addresses are never logged: they may name a patient, or let somebody in.

use super::desk::Desk;

/// Only what a browser opens over the network; nothing that starts another program or reads a file.
pub(super) fn is_page(address: &str) -> bool {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !address.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl Desk {
    /// Opens `address`.
    pub(super) fn browse(&mut self, address: String) {
        if !is_page(&address) {
            self.trouble("Its address can't be opened in a browser.");
            return;
        }
        let opening = tokio::task::spawn_blocking(move || webbrowser::open(&address).is_ok());
        self.aside(opening, |desk, opened| {
            if !opened.unwrap_or(false) {
                desk.trouble("No browser could be opened on this PC.");
            }
        });
    }
}
