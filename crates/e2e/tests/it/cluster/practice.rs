//! The practice of a cluster: a Test PAS and a toolbar that knows only the balancer.

use super::nodes::Cluster;
use crate::world::command::{self, Baton};
use crate::world::executable::repository;
use crate::world::program::Program;
use crate::world::records::Records;
use crate::world::{parts, wait};
use serde_json::Value;

/// A record system and a toolbar.
pub(crate) struct Practice {
    _toolbar: Program,
    _test_pas: Program,
    pub(crate) records: Records,
    /// The practitioner at the toolbar.
    pub(crate) practitioner: Baton,
}

impl Practice {
    /// Starts both; a practitioner is signed in.
    pub(crate) async fn open(cluster: &Cluster) -> Self {
        let watch = &cluster.watch;
        let log = cluster.place("pas.log");
        let (test_pas, url) = parts::serve(&["pas", "serve"], &cluster.place("pas"), &log, watch);
        let records = Records::new(cluster.http.clone(), &url);
        let session = records.log_in("555000000101").await;
        let patients = repository().join("sdk-kit/test-pas-patients.json");
        session
            .load_patients(&std::fs::read(patients).unwrap())
            .await;
        let key = parts::registration_key_by(&cluster.operator).await;
        let pc = cluster.place("pc");
        let log = cluster.place("toolbar.log");
        let platform = cluster.balancer.url();
        let addresses = (platform.as_str(), url.as_str());
        let toolbar = parts::agent(&pc, &key, addresses, &log, watch).await;
        Self {
            _toolbar: toolbar,
            _test_pas: test_pas,
            records,
            practitioner: Baton::on(&pc),
        }
    }

    /// An access code, as the toolbar shows it.
    pub(crate) async fn code(&self, cluster: &Cluster) -> String {
        let code = self.practitioner.json(&["toolbar", "code"]).await;
        let code = code["accessCode"].as_str().unwrap().to_owned();
        cluster.watch.secret(&code);
        code
    }

    /// Waits until the toolbar is signed in.
    pub(crate) async fn online(&self, cluster: &Cluster) {
        let folder = cluster.place("pc");
        wait::until("the toolbar is online", async || {
            let words = ["toolbar", "state", "--json", "--data-dir"];
            let said = command::run(&[&words[..], &[folder.to_str().unwrap()]].concat()).await;
            said.json_if_any()
                .is_some_and(|state| state["state"] == "online")
        })
        .await;
    }

    /// The practice's inbox.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        let inbox = self.practitioner.json(&["toolbar", "inbox"]).await;
        inbox["messages"].as_array().unwrap().clone()
    }
}
