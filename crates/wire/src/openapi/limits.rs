//! The limits that the schemas state; the platform has a test that its rules agree with them.

/// The most attachments of a message (contract A.12).
pub const MAX_ATTACHMENTS: u64 = 10;
/// The largest attachment in bytes, decoded (contract A.12).
pub const MAX_ATTACHMENT_BYTES: u64 = 5 * 1024 * 1024;
/// The largest request body in bytes (contract A.15).
pub const MAX_REQUEST_BYTES: u64 = 84 * 1024 * 1024;
/// The longest body text in bytes of UTF-8 (contract A.11).
pub const MAX_BODY_BYTES: u64 = 64 * 1024;
/// The most coded items of a message (contract A.14).
pub const MAX_CODED_ITEMS: u64 = 200;
/// The longest file name in UTF-16 units (contract A.13).
pub const MAX_FILE_NAME: u64 = 255;
/// The longest unit of a coded item, in bytes of UTF-8.
pub const MAX_UNIT: u64 = 256;
/// The longest additional text of a coded item, in bytes of UTF-8.
pub const MAX_ADDITIONAL_TEXT: u64 = 4096;
/// The longest number of a coded item, in characters.
pub const MAX_NUMBER: u64 = 64;
/// The longest name of a widget, in characters.
pub const MAX_WIDGET_NAME: u64 = 80;
/// The longest address of a widget, in characters.
pub const MAX_LAUNCH_URL: u64 = 2000;
/// The icon pack: what the toolbar can show above a widget's name.
pub const ICONS: [&str; 24] = [
    "calendar",
    "letter",
    "chart",
    "pill",
    "phone",
    "video",
    "form",
    "flask",
    "heart",
    "lungs",
    "bone",
    "baby",
    "brain",
    "eye",
    "tooth",
    "syringe",
    "ambulance",
    "people",
    "chat",
    "camera",
    "map",
    "book",
    "shield",
    "star",
];
