//! The windows that can be open beside the bar.

/// A window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What waits, and the review of it.
    Inbox,
    /// Access codes, and who may send.
    Permissions,
    /// Settings.
    Settings,
    /// About.
    About,
    /// The first start.
    Registration,
    /// Where the toolbar stands, and what to do about it.
    Connection,
    /// What a widget asks.
    Widget,
    /// The menu, at the pointer.
    Menu,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Inbox,
        Self::Permissions,
        Self::Settings,
        Self::About,
        Self::Registration,
        Self::Connection,
        Self::Widget,
        Self::Menu,
    ];

    /// What its window and its entry in the menu are called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Inbox => "Inbox",
            Self::Permissions => "Pre-approved messages",
            Self::Settings => "Settings",
            Self::About => "About",
            Self::Registration => "Register this PC",
            Self::Connection => "Connection",
            Self::Widget => "Widgets",
            Self::Menu => "Menu",
        }
    }

    /// Its size when it opens, in points.
    pub const fn size(self) -> [f32; 2] {
        match self {
            Self::Inbox => [1180.0, 760.0],
            Self::Permissions => [720.0, 680.0],
            Self::Settings => [680.0, 640.0],
            Self::About => [620.0, 560.0],
            Self::Registration => [600.0, 860.0],
            Self::Connection => [560.0, 380.0],
            Self::Widget => [480.0, 420.0],
            Self::Menu => crate::screens::menu::SIZE,
        }
    }
}
