//! Widgets.

use super::world::{SOMEBODY, World, at, race};
use crate::platform::{Decided, Launch, Launched, NewWidget, PlatformStore, ShownWidget, Widget};
use model::widget::life::{Event, OtherRevision, Practices, Reason, Standing, State, step};
use model::widget::{Content, Icon, LaunchUrl, Method, Name, Needs, Reach};
use model::{Actor, ClientSystemId, Hash, WidgetId};

const PAGE: &str = "https://supplier.example/open?x=1";

fn content(name: &str) -> Content {
    Content {
        name: Name::parse(name).unwrap(),
        icon: Icon::parse("letter").unwrap(),
        launch_url: LaunchUrl::parse(PAGE, Reach::Https).unwrap(),
        needs: Needs::UserAndPatient,
        method: Method::A128CbcHs256,
    }
}

impl World {
    fn new_widget(&self, client: ClientSystemId, name: &str, mark: Hash, when: i64) -> NewWidget {
        NewWidget {
            id: WidgetId(self.session_id().0),
            client,
            content: content(name),
            mark,
            secret: b"sealed".to_vec(),
            at: at(when),
        }
    }

    async fn widget(&self, name: &str, when: i64) -> Widget {
        let new = self.new_widget(self.client, name, self.hash(), when);
        let widgets = &self.store.widgets;
        widgets.register(&SOMEBODY, &new).await.unwrap()
    }

    async fn approve(&self, widget: &Widget, practices: Practices, when: i64) -> Decided {
        let revision = widget.standing.revision;
        let widgets = &self.store.widgets;
        let decided = widgets.approve(&SOMEBODY, widget.id, revision, &practices, at(when));
        decided.await.unwrap()
    }

    /// The names of the widgets that the doctor sees, and whether they have hidden them.
    async fn seen(&self) -> Vec<(String, bool)> {
        let shown = self.store.widgets.shown_to(&self.doctor).await.unwrap();
        let name = |shown: ShownWidget| {
            let name = shown.widget.content.name.as_str().to_owned();
            (name, shown.hidden)
        };
        shown.into_iter().map(name).collect()
    }

    fn launch(&self, widget: &Widget, device: &model::device::Device, tokens: &[&str]) -> Launch {
        Launch {
            widget: widget.id,
            revision: widget.standing.revision,
            who: self.doctor.clone(),
            device: device.id,
            tokens: tokens.iter().map(|id| ((*id).to_owned(), at(90))).collect(),
            noted: tokens.iter().map(|id| format!("user {id}")).collect(),
            at: at(10),
        }
    }
}

pub async fn a_widget_is_kept_as_it_was_registered(store: PlatformStore) {
    let world = World::new(store).await;
    let new = world.new_widget(world.client, "Letters", world.hash(), 1);
    let widgets = &world.store.widgets;
    let made = widgets.register(&SOMEBODY, &new).await.unwrap();
    let expected = Widget {
        id: new.id,
        client: world.client,
        client_name: "Pharmacy".to_owned(),
        content: content("Letters"),
        standing: Standing::new(),
        registered_at: at(1),
        changed_at: at(1),
        decided_at: None,
    };
    assert_eq!(made, expected);
    assert_eq!(
        widgets.widget(new.id).await.unwrap(),
        Some(expected.clone())
    );
    assert_eq!(widgets.widgets().await.unwrap(), [expected]);
    let secret = widgets.secret(new.id, 1).await.unwrap();
    assert_eq!(secret.as_deref(), Some(&b"sealed"[..]));
    assert_eq!(widgets.secret(new.id, 2).await.unwrap(), None);
    let unknown = WidgetId(world.session_id().0);
    assert_eq!(widgets.widget(unknown).await.unwrap(), None);
}

pub async fn the_same_again_is_no_change(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let first = world.new_widget(world.client, "Letters", world.hash(), 1);
    let made = widgets.register(&SOMEBODY, &first).await.unwrap();
    let Decided::Stands(approved) = world.approve(&made, Practices::All, 2).await else {
        panic!("not approved");
    };
    let approved = *approved;
    let entries = world.store.audit.verify().await.unwrap().entries;
    // Sealed anew the secret looks different; the mark says that it is not.
    let again = NewWidget {
        secret: b"sealed anew".to_vec(),
        ..world.new_widget(world.client, "Letters", first.mark, 5)
    };
    let answer = widgets.register(&SOMEBODY, &again).await.unwrap();
    assert_eq!(answer, approved);
    let secret = widgets.secret(made.id, 1).await.unwrap();
    assert_eq!(secret.as_deref(), Some(&b"sealed"[..]));
    assert_eq!(world.store.audit.verify().await.unwrap().entries, entries);
    assert_eq!(world.seen().await, [("Letters".to_owned(), false)]);
}

pub async fn a_change_must_be_approved_again(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let made = world.widget("Letters", 1).await;
    world.approve(&made, Practices::All, 2).await;
    let mut change = world.new_widget(world.client, "Letters", world.hash(), 3);
    change.content.icon = Icon::parse("chart").unwrap();
    change.secret = b"another".to_vec();
    let changed = widgets.register(&SOMEBODY, &change).await.unwrap();
    let expected = Widget {
        content: change.content.clone(),
        standing: step(&made.standing, Event::Changed).unwrap().unwrap(),
        changed_at: at(3),
        ..made.clone()
    };
    assert_eq!(changed, expected);
    assert_eq!(widgets.widget(made.id).await.unwrap(), Some(expected));
    assert!(world.seen().await.is_empty());
    let secret = widgets.secret(made.id, 2).await.unwrap();
    assert_eq!(secret.as_deref(), Some(&b"another"[..]));
    // Who looked at the content before says nothing about this one.
    let late = world.approve(&made, Practices::All, 4).await;
    assert_eq!(late, Decided::Other(OtherRevision { now: 2 }));
    assert!(world.seen().await.is_empty());
    world.approve(&changed, Practices::All, 5).await;
    assert_eq!(world.seen().await, [("Letters".to_owned(), false)]);
}

pub async fn a_name_belongs_to_its_client_system(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let mine = world.widget("Letters", 1).await;
    let theirs = world.new_widget(world.other_client, "Letters", world.hash(), 2);
    let theirs = widgets.register(&SOMEBODY, &theirs).await.unwrap();
    assert_ne!(mine.id, theirs.id);
    let all: Vec<_> = widgets.widgets().await.unwrap();
    let names: Vec<_> = all.iter().map(|widget| &*widget.client_name).collect();
    assert_eq!(names, ["Hospital", "Pharmacy"]);
}

pub async fn a_widget_registered_by_many_at_once_is_one(store: PlatformStore) {
    let world = World::new(store).await;
    let mark = world.hash();
    let answers = race(8, |_| {
        let world = world.clone();
        let new = world.new_widget(world.client, "Letters", mark, 1);
        async move { world.store.widgets.register(&SOMEBODY, &new).await.unwrap() }
    })
    .await;
    assert!(answers.iter().all(|widget| *widget == answers[0]));
    assert_eq!(world.store.widgets.widgets().await.unwrap().len(), 1);
}

pub async fn changes_at_once_are_counted(store: PlatformStore) {
    let world = World::new(store).await;
    world.widget("Letters", 1).await;
    let answers = race(6, |_| {
        let world = world.clone();
        let new = world.new_widget(world.client, "Letters", world.hash(), 2);
        async move { world.store.widgets.register(&SOMEBODY, &new).await.unwrap() }
    })
    .await;
    let mut revisions: Vec<_> = answers.iter().map(|w| w.standing.revision).collect();
    revisions.sort_unstable();
    assert_eq!(revisions, [2, 3, 4, 5, 6, 7]);
}

pub async fn it_is_shown_where_it_was_approved(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let made = world.widget("Letters", 1).await;
    assert!(world.seen().await.is_empty());
    let elsewhere = Practices::these([world.other_practice.clone()]).unwrap();
    world.approve(&made, elsewhere.clone(), 2).await;
    assert!(world.seen().await.is_empty());
    let stored = widgets.widget(made.id).await.unwrap().unwrap();
    assert_eq!(stored.standing.state, State::Approved(elsewhere));
    assert_eq!(stored.decided_at, Some(at(2)));
    let both = [world.practice.clone(), world.other_practice.clone()];
    let both = Practices::these(both).unwrap();
    world.approve(&made, both.clone(), 3).await;
    assert_eq!(world.seen().await, [("Letters".to_owned(), false)]);
    let all = widgets.widgets().await.unwrap();
    assert_eq!(all[0].standing.state, State::Approved(both));
    let directory = &world.store.directory;
    let disabled = directory.set_client_disabled(&SOMEBODY, world.client, true, at(4));
    assert!(disabled.await.unwrap());
    assert!(world.seen().await.is_empty());
}

pub async fn a_refused_widget_says_why_and_nobody_sees_it(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let made = world.widget("Letters", 1).await;
    world.approve(&made, Practices::All, 2).await;
    let reason = Reason::parse("It asks for too much.").unwrap();
    for when in [3, 4] {
        let decided = widgets
            .refuse(&SOMEBODY, made.id, 1, &reason, at(when))
            .await;
        let Ok(Decided::Stands(refused)) = decided else {
            panic!("not refused");
        };
        assert_eq!(refused.standing.state, State::Refused(reason.clone()));
        assert_eq!(refused.decided_at, Some(at(3)));
        assert_eq!(widgets.widget(made.id).await.unwrap(), Some(*refused));
    }
    assert!(world.seen().await.is_empty());
    let unknown = WidgetId(world.session_id().0);
    let decided = widgets.refuse(&SOMEBODY, unknown, 1, &reason, at(5)).await;
    assert_eq!(decided.unwrap(), Decided::Unknown);
    let late = widgets.refuse(&SOMEBODY, made.id, 2, &reason, at(6)).await;
    assert_eq!(late.unwrap(), Decided::Other(OtherRevision { now: 1 }));
}

pub async fn each_practitioner_hides_for_themselves(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let made = world.widget("Letters", 1).await;
    let (doctor, colleague) = (&world.doctor, &world.colleague);
    let by = Actor::Practitioner(doctor.clone());
    let hide = |id, hidden| widgets.hide(&by, doctor, id, hidden, at(3));
    assert!(!hide(made.id, true).await.unwrap());
    world.approve(&made, Practices::All, 2).await;
    for hidden in [true, true, false, false, true] {
        assert!(hide(made.id, hidden).await.unwrap());
        assert_eq!(world.seen().await, [("Letters".to_owned(), hidden)]);
        assert!(!widgets.shown_to(colleague).await.unwrap()[0].hidden);
    }
    assert!(!hide(WidgetId(world.session_id().0), true).await.unwrap());
    // It stays out of sight when it was changed and approved again.
    let changed = world.widget("Letters", 4).await;
    world.approve(&changed, Practices::All, 5).await;
    assert_eq!(world.seen().await, [("Letters".to_owned(), true)]);
}

pub async fn a_launch_is_noted_and_its_tokens_work_once(store: PlatformStore) {
    let world = World::new(store).await;
    let widgets = &world.store.widgets;
    let (device, other) = (world.device().await, world.device().await);
    let made = world.widget("Letters", 1).await;
    let by = Actor::Practitioner(world.doctor.clone());
    let launch = async |launch: Launch| widgets.launch(&by, &launch).await.unwrap();
    let first = world.launch(&made, &device, &["a", "b"]);
    assert_eq!(launch(first.clone()).await, Launched::NotShown);
    world.approve(&made, Practices::All, 2).await;
    assert_eq!(launch(first.clone()).await, Launched::Noted);
    let noted = world.store.audit.recent(1).await.unwrap().remove(0);
    assert_eq!(noted.action, "launch widget");
    assert_eq!(
        noted.subject,
        format!("{} revision 1 user a user b", made.id)
    );
    assert_eq!(noted.actor, by.to_string());
    let entries = world.store.audit.verify().await.unwrap().entries;
    assert_eq!(launch(first).await, Launched::UsedBefore);
    let half = world.launch(&made, &device, &["c", "b"]);
    assert_eq!(launch(half).await, Launched::UsedBefore);
    let old = Launch {
        revision: 2,
        ..world.launch(&made, &device, &["d"])
    };
    assert_eq!(launch(old).await, Launched::NotShown);
    assert_eq!(world.store.audit.verify().await.unwrap().entries, entries);
    // Another toolbar's ids are its own, and a sign-in's are not a launch's.
    assert_eq!(
        launch(world.launch(&made, &other, &["a"])).await,
        Launched::Noted
    );
    let session = world.new_session(&device, "e", 3);
    assert!(world.store.devices.sign_in(&by, &session).await.unwrap());
    assert_eq!(
        launch(world.launch(&made, &device, &["e"])).await,
        Launched::Noted
    );
    assert_eq!(
        launch(world.launch(&made, &device, &[])).await,
        Launched::Noted
    );
}

pub async fn a_token_raced_opens_one_widget(store: PlatformStore) {
    let world = World::new(store).await;
    let device = world.device().await;
    let made = world.widget("Letters", 1).await;
    world.approve(&made, Practices::All, 2).await;
    let answers = race(6, |_| {
        let world = world.clone();
        let launch = world.launch(&made, &device, &["a", "b"]);
        async move {
            world
                .store
                .widgets
                .launch(&SOMEBODY, &launch)
                .await
                .unwrap()
        }
    })
    .await;
    let noted = answers.iter().filter(|answer| **answer == Launched::Noted);
    assert_eq!(noted.count(), 1);
}
