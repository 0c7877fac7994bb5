//! Pages in Chromium.
