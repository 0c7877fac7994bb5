//! An environment whose three programs know each other, made once and copied for every run.

use super::{Setting, folder, url};
use crate::crash::three::free_port;
use crate::world::executable::repository;
use crate::world::parts;
use crate::world::program::Program;
use crate::world::records::Records;
use crate::world::watch::Watch;
use std::fs;
use std::path::Path;

/// The folders of an environment that was set up and ended.
pub(crate) struct Template {
    watch: Watch,
    folder: tempfile::TempDir,
}

impl Template {
    /// Sets it up: nobody is at the Test PAS of `up`, so that its toolbar keeps out of the way.
    pub(crate) async fn make() -> Self {
        let folder = folder();
        let place = |name: &str| folder.path().join(name);
        let watch = Watch::default();
        let http = super::client();
        let up = place("up");
        let port = free_port().to_string();
        let words = [
            "up",
            "--json",
            "--platform-port",
            &port,
            "--pas-port",
            "0",
            "--gateway-port",
            "0",
            "--pkb-port",
            "0",
        ];
        let words = words
            .into_iter()
            .chain(["--data-dir", up.to_str().unwrap()]);
        let words: Vec<_> = words.map(str::to_owned).collect();
        let mut platform = Program::start(&words, &[], &place("up.log"), watch.clone());
        let ready = platform.ready();
        let unused = ready["testPas"]["url"].as_str().unwrap();
        let unused = Records::new(http.clone(), unused);
        unused.log_in("555000000101").await.log_out().await;

        let log = place("pas.log");
        let (mut pas, records) = parts::serve(&["pas", "serve"], &place("pas"), &log, &watch);
        let session = Records::new(http, &records).log_in("555000000101").await;
        let patients = fs::read(repository().join("sdk-kit/test-pas-patients.json")).unwrap();
        session.load_patients(&patients).await;

        let key = parts::registration_key(&up.join("platform")).await;
        let platform_url = url(port.parse().unwrap());
        let addresses = (platform_url.as_str(), records.as_str());
        let log = place("pc.log");
        let mut toolbar = parts::agent(&place("pc"), &key, addresses, &log, &watch).await;
        for program in [&mut toolbar, &mut pas, &mut platform] {
            let ended = program.end().expect("it had to be killed");
            assert_eq!(ended.code(), Some(0));
        }
        Self { watch, folder }
    }

    /// What an environment left when it ended.
    pub(crate) fn of(setting: Setting) -> Self {
        Self {
            watch: setting.watch,
            folder: setting.folder,
        }
    }

    /// The secrets that came up while it was made.
    pub(super) fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// Copies its folders.
    pub(super) fn copy_to(&self, folder: &Path) {
        for part in ["up", "pas", "pc"] {
            let from = self.folder.path().join(part);
            if from.is_dir() {
                copy(&from, &folder.join(part));
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}
