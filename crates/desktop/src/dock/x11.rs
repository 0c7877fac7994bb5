//! On X11: the strip under the bar is kept free (`_NET_WM_STRUT_PARTIAL`).

use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode};
use x11rb::wrapper::ConnectionExt as _;

/// The X server's number of the bar's window, if it is an X server that we draw on.
pub(super) fn window(creation: &eframe::CreationContext<'_>) -> Option<u32> {
    match creation.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

/// Why nothing was kept free.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReserveError {
    #[error("no second connection to the X server")]
    Connect(#[from] x11rb::errors::ConnectError),
    #[error("the X server went away")]
    Connection(#[from] x11rb::errors::ConnectionError),
    #[error("the X server did not answer")]
    Reply(#[from] ReplyError),
}

/// Keeps `width` by `height` pixels at the top of the screen free for `window`.
pub(super) fn reserve(window: u32, width: f32, height: f32) -> Result<(), ReserveError> {
    let (connection, _) = x11rb::connect(None)?;
    let atom = |name: &[u8]| -> Result<u32, ReserveError> {
        Ok(connection.intern_atom(false, name)?.reply()?.atom)
    };
    let (width, height) = (pixels(width), pixels(height));
    // Left, right, top, bottom; then from where to where each of them goes, the top's being the third pair.
    let top = [0, 0, height, 0];
    let whole = [
        0,
        0,
        height,
        0,
        0,
        0,
        0,
        0,
        0,
        width.saturating_sub(1),
        0,
        0,
    ];
    let cardinal = AtomEnum::CARDINAL;
    let (partial, plain) = (atom(b"_NET_WM_STRUT_PARTIAL")?, atom(b"_NET_WM_STRUT")?);
    connection
        .change_property32(PropMode::REPLACE, window, partial, cardinal, &whole)?
        .check()?;
    connection
        .change_property32(PropMode::REPLACE, window, plain, cardinal, &top)?
        .check()?;
    connection.flush()?;
    Ok(())
}

/// Makes `window` an ordinary one that keeps no ground free, or a dock.
pub(super) fn change_kind(window: u32, ordinary: bool) -> Result<(), ReserveError> {
    let (connection, _) = x11rb::connect(None)?;
    let atom = |name: &[u8]| -> Result<u32, ReserveError> {
        Ok(connection.intern_atom(false, name)?.reply()?.atom)
    };
    let kind: &[u8] = if ordinary {
        b"_NET_WM_WINDOW_TYPE_NORMAL"
    } else {
        b"_NET_WM_WINDOW_TYPE_DOCK"
    };
    let (property, kind) = (atom(b"_NET_WM_WINDOW_TYPE")?, atom(kind)?);
    connection
        .change_property32(PropMode::REPLACE, window, property, AtomEnum::ATOM, &[kind])?
        .check()?;
    for strut in [b"_NET_WM_STRUT_PARTIAL".as_slice(), b"_NET_WM_STRUT"] {
        connection.delete_property(window, atom(strut)?)?.check()?;
    }
    connection.flush()?;
    Ok(())
}

fn pixels(length: f32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what a screen has"
    )]
    let whole = length.ceil().clamp(0.0, 32_000.0) as u32;
    whole
}
