//! A screen for one test: an X server on a free display, a window manager, and a message bus that starts nothing by
//! itself; with it, if asked for, what screen readers need.

use crate::world::executable::repository;
use crate::world::wait;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Without these there is no such test.
const NEEDED: [&str; 6] = [
    "Xvfb",
    "openbox",
    "xdotool",
    "xclip",
    "import",
    "dbus-daemon",
];
/// Where Debian keeps the bus of screen readers.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";
/// Debian's own Python, which has Debian's own packages.
const PYTHON: &str = "/usr/bin/python3";
/// As wide and high as the screen of a cheap laptop.
pub(super) const SIZE: (i32, i32) = (1366, 768);
/// Every little program here answers within this time, on a busy machine too.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// No service is ever started by it: no keyring, no portal.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=FOLDER/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Who is at the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Somebody who sees it.
    None,
    /// A screen reader listens.
    Listens,
}

/// It goes with this value.
pub(super) struct Screen {
    environment: Vec<(&'static str, String)>,
    /// What was started, the last of them first.
    children: Vec<Child>,
    folder: tempfile::TempDir,
}

impl Screen {
    /// Starts one; `None`, with words, where this machine has not got what it takes.
    pub(super) async fn start(reader: Reader) -> Option<Self> {
        if let Some(missing) = missing(reader) {
            println!("skipped: {missing} is not here; `scripts/test desktop` installs it");
            return None;
        }
        let folder = tempfile::Builder::new()
            .prefix("baton-x-")
            .tempdir()
            .unwrap();
        let place = folder.path().to_str().unwrap().to_owned();
        std::fs::write(
            folder.path().join("bus.conf"),
            BUS.replace("FOLDER", &place),
        )
        .unwrap();
        let mut screen = Self {
            environment: vec![
                ("HOME", place.clone()),
                ("XDG_RUNTIME_DIR", place.clone()),
                ("XDG_DATA_HOME", format!("{place}/data")),
                ("XDG_CONFIG_HOME", format!("{place}/config")),
                ("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={place}/bus")),
                ("LIBGL_ALWAYS_SOFTWARE", "1".to_owned()),
                ("BROWSER", format!("{place}/browser %s")),
            ],
            children: Vec::new(),
            folder,
        };
        screen.browser();
        screen.run(
            "dbus-daemon",
            &["--nofork", "--config-file", &format!("{place}/bus.conf")],
        );
        let size = format!("{}x{}x24", SIZE.0, SIZE.1);
        let number = screen.said(
            "Xvfb",
            &["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &size],
        );
        screen.environment.push(("DISPLAY", format!(":{number}")));
        screen.run("openbox", &[]);
        if reader == Reader::Listens {
            screen.let_somebody_listen().await;
        }
        Some(screen)
    }

    /// What a click on a record would open is written down instead.
    fn browser(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        let script = self.folder.path().join("browser");
        let text = "#!/bin/sh\nprintf '%s\\n' \"$1\" >>\"$(dirname \"$0\")/opened\"\n";
        std::fs::write(&script, text).unwrap();
        let may = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&script, may).unwrap();
    }

    /// The addresses that were opened in the browser.
    pub(super) fn browsed(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("opened")).unwrap_or_default()
    }

    async fn let_somebody_listen(&mut self) {
        self.run(LAUNCHER, &["--launch-immediately", "--a11y=1"]);
        let words = [
            "--session",
            "--print-reply",
            "--dest=org.a11y.Bus",
            "/org/a11y/bus",
            "org.freedesktop.DBus.Properties.Set",
            "string:org.a11y.Status",
            "string:ScreenReaderEnabled",
            "variant:boolean:true",
        ];
        wait::until("screen readers are served", async || {
            self.ask("dbus-send", &words).await.is_some()
        })
        .await;
    }

    /// A program on this screen.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env_remove("WAYLAND_DISPLAY")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&mut self, program: &str, words: &[&str]) {
        let mut command = self.command(program);
        command
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.children.insert(0, command.spawn().unwrap());
    }

    /// Starts a program that says one line when it is ready.
    fn said(&mut self, program: &str, words: &[&str]) -> String {
        let mut command = self.command(program);
        command
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        self.children.insert(0, child);
        output.read_line(&mut line).unwrap();
        assert!(!line.trim().is_empty(), "{program} does not start");
        line.trim().to_owned()
    }

    /// Runs a program to its end; what it printed, if it went well.
    pub(super) async fn ask(&self, program: &str, words: &[&str]) -> Option<String> {
        let mut command = tokio::process::Command::from(self.command(program));
        command.args(words).stderr(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(ANSWERS_WITHIN, command.output()).await;
        let output = output
            .unwrap_or_else(|_| panic!("{program} {words:?} does not end"))
            .unwrap();
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs Debian's Python.
    pub(super) async fn python(&self, script: &Path, words: &[&str]) -> Option<String> {
        let script = script.to_str().unwrap();
        self.ask(PYTHON, &[&[script], words].concat()).await
    }

    async fn hand(&self, words: &[&str]) {
        let done = self.ask("xdotool", words).await;
        assert!(done.is_some(), "xdotool {words:?}");
    }

    /// Presses keys, one after the other, as xdotool calls them.
    pub(super) async fn keys(&self, keys: &[&str]) {
        for key in keys {
            self.hand(&["key", key]).await;
            // As fast as somebody types.
            tokio::time::sleep(Duration::from_millis(120)).await;
        }
    }

    /// Types.
    pub(super) async fn types(&self, text: &str) {
        self.hand(&["type", "--delay", "40", text]).await;
    }

    /// Clicks somewhere: 1 is the left button, 3 the right one.
    pub(super) async fn click(&self, (x, y): (i32, i32), button: &str) {
        let (x, y) = (x.to_string(), y.to_string());
        self.hand(&["mousemove", "--sync", &x, &y]).await;
        // The pointer is there before it presses.
        tokio::time::sleep(Duration::from_millis(150)).await;
        self.hand(&["click", button]).await;
    }

    /// Takes the pointer away from everything.
    pub(super) async fn point_aside(&self) {
        self.hand(&["mousemove", "4", "764"]).await;
    }

    /// Where the visible windows of this title are: x, y, width, height.
    pub(super) async fn windows(&self, title: &str) -> Vec<[i32; 4]> {
        let found = self
            .ask("xdotool", &["search", "--onlyvisible", "--name", title])
            .await
            .unwrap_or_default();
        let mut all = Vec::new();
        for window in found.lines() {
            let told = self
                .ask("xdotool", &["getwindowgeometry", "--shell", window])
                .await
                .unwrap_or_default();
            let number = |name: &str| {
                let line = told.lines().find_map(|line| line.strip_prefix(name));
                line.and_then(|value| value.parse::<i32>().ok())
            };
            if let (Some(x), Some(y), Some(w), Some(h)) = (
                number("X="),
                number("Y="),
                number("WIDTH="),
                number("HEIGHT="),
            ) {
                all.push([x, y, w, h]);
            }
        }
        all
    }

    /// Waits for a window of this title, and gives where it is.
    pub(super) async fn window(&self, title: &str) -> [i32; 4] {
        let found = wait::found(&format!("the window {title:?} is open"), async || {
            self.windows(title).await.first().copied()
        })
        .await;
        // It is there before it is drawn.
        tokio::time::sleep(Duration::from_millis(700)).await;
        found
    }

    /// Waits until no window has this title.
    pub(super) async fn gone(&self, title: &str) {
        wait::until(&format!("the window {title:?} is closed"), async || {
            self.windows(title).await.is_empty()
        })
        .await;
    }

    /// What was copied.
    pub(super) async fn clipboard(&self) -> Option<String> {
        self.ask("xclip", &["-o", "-selection", "clipboard"]).await
    }

    /// Keeps a picture of the whole screen.
    pub(super) async fn picture(&self, name: &str) {
        self.point_aside().await;
        // A frame later, tooltips are gone.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let folder = repository().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("window-{name}.png"));
        let taken = self
            .ask("import", &["-window", "root", file.to_str().unwrap()])
            .await;
        assert!(taken.is_some(), "no picture {name}");
    }

    /// An empty folder to work in.
    pub(super) fn desk(&self) -> PathBuf {
        let desk = self.folder.path().join("desk");
        std::fs::create_dir_all(&desk).unwrap();
        desk
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let file = repository().join("target/screenshots/window-failed.png");
            let mut last = self.command("import");
            let _ = last.args(["-window", "root"]).arg(&file).status();
            println!("how the screen looked: {}", file.display());
        }
        for child in &mut self.children {
            // None was waited for, so that the ids are still their own. The launcher ends what it started.
            let _ = kill_process(Pid::from_child(child), Signal::TERM);
            let end = std::time::Instant::now() + Duration::from_secs(5);
            while matches!(child.try_wait(), Ok(None)) {
                if std::time::Instant::now() > end {
                    let _ = child.kill();
                }
                std::thread::yield_now();
            }
        }
    }
}

fn missing(reader: Reader) -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let there = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    if let Some(program) = NEEDED.into_iter().find(|program| !there(program)) {
        return Some(program);
    }
    if reader == Reader::None {
        return None;
    }
    if !Path::new(LAUNCHER).is_file() {
        return Some("at-spi2-core");
    }
    let has = Command::new(PYTHON)
        .args(["-c", "import pyatspi"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    (!has).then_some("python3-pyatspi")
}
