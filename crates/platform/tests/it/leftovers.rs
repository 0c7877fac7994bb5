//! Nothing stays behind of what was not accepted, and nothing is read for longer than it must be.

use crate::actors::{Integrator, Toolbar};
use crate::faults::set;
use crate::sample::{ID, OKAFOR, base64, id, instant, pdf_of, standard, with_id};
use crate::world::{Answer, RIVERSIDE, World};
use axum::body::{Body, Bytes};
use futures_util::stream::{self, StreamExt as _};
use jiff::SignedDuration;
use model::Hash;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wire::paths::{partner, practice as paths};

const MIB: usize = 1024 * 1024;

/// A message whose first attachment is so large that it becomes a blob.
fn large(mut message: Value) -> Value {
    set(
        &mut message,
        "/attachments/0/content",
        base64(&pdf_of(200_000)).into(),
    );
    message
}

fn assert_nothing(world: &World) {
    assert_eq!(world.blob_files(), Vec::<PathBuf>::new());
}

async fn scene() -> (World, Integrator) {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    (world, partner)
}

/// A body that is made piece by piece as it is pulled, and how many pieces were.
fn pulled(pieces: impl Iterator<Item = Vec<u8>> + Send + 'static) -> (Body, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = count.clone();
    let pieces = pieces.map(move |piece| {
        counting.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from(piece))
    });
    // As on a network, others get their turn between two pieces.
    let pieces = stream::iter(pieces).then(async |piece| {
        tokio::time::sleep(Duration::from_millis(2)).await;
        piece
    });
    (Body::from_stream(pieces), count)
}

#[tokio::test]
async fn a_refused_message_leaves_no_file() {
    let (world, partner) = scene().await;
    let mut faulty = large(standard());
    set(&mut faulty, "/topic", "NoSuchTopic".into());
    assert_eq!(partner.send(&world, &faulty).await.refused().0, 400);
    assert_nothing(&world);

    let mut expired = large(standard());
    set(
        &mut expired,
        "/expiryDateTime",
        "2020-01-01T00:00:00Z".into(),
    );
    assert_eq!(partner.send(&world, &expired).await.refused().0, 400);
    assert_nothing(&world);

    let mut cut = large(standard()).to_string();
    cut.truncate(cut.len() - 2);
    let answer = world.call(partner.posting(partner::MESSAGES, cut)).await;
    assert_eq!(answer.refused().1, "malformed-json");
    assert_nothing(&world);

    let no_token = "11111111-1111-4111-8111-111111111111";
    let answer = partner
        .send_instant(&world, no_token, &large(instant()))
        .await;
    assert_eq!(answer.refused().0, 403);
    let mut stranger = partner.posting(partner::MESSAGES, large(standard()).to_string());
    stranger.headers_mut().remove("ApiKey");
    assert_eq!(world.call(stranger).await.refused().0, 401);
    assert_nothing(&world);

    let mut repeated = large(standard()).to_string();
    repeated.insert_str(
        1,
        &format!(
            "\"attachments\":[{{\"content\":\"{}\"}}],",
            base64(&pdf_of(90_000))
        ),
    );
    let answer = world
        .call(partner.posting(partner::MESSAGES, repeated))
        .await;
    assert!(answer.faults().contains(&"attachments".to_owned()));
    assert_nothing(&world);
    assert_eq!(world.messages().await, 0);
}

#[tokio::test]
async fn a_conflict_and_a_retry_leave_only_the_first_messages_file() {
    let (world, partner) = scene().await;
    assert_eq!(
        partner
            .send(&world, &large(standard()))
            .await
            .status
            .as_u16(),
        200
    );
    let first = world.blob_files();
    assert_eq!(first.len(), 1);
    let mut other = large(standard());
    set(
        &mut other,
        "/attachments/0/content",
        base64(&pdf_of(200_001)).into(),
    );
    assert_eq!(partner.send(&world, &other).await.refused().0, 409);
    assert_eq!(world.blob_files(), first);
    assert_eq!(
        partner
            .send(&world, &large(standard()))
            .await
            .status
            .as_u16(),
        200
    );
    let mut conflict = large(standard());
    set(&mut conflict, "/topic", "ConsultationSummary".into());
    assert_eq!(partner.send(&world, &conflict).await.refused().0, 409);
    assert_eq!(world.blob_files(), first, "the file is still in use");
    let same_file = with_id(large(standard()), &id(2));
    assert_eq!(partner.send(&world, &same_file).await.status.as_u16(), 200);
    assert_eq!(world.blob_files(), first, "equal content is one file");
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_a_byte_is_read() {
    let (world, partner) = scene().await;
    let (body, count) = pulled(std::iter::repeat_with(|| vec![b' '; MIB]));
    let mut request = partner.posting(partner::MESSAGES, body);
    request
        .headers_mut()
        .insert("content-length", (84 * MIB + 1).into());
    assert_eq!(
        world.call(request).await.refused(),
        (413, "too-large".to_owned())
    );
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert_nothing(&world);
}

#[tokio::test]
async fn a_body_without_a_length_is_read_to_the_limit_and_no_further() {
    let (world, partner) = scene().await;
    let opening = format!(
        "{{\"attachments\":[{{\"content\":\"{}\"}}],\"unknown\":\"",
        base64(&pdf_of(100_000))
    );
    let filler = std::iter::repeat_with(|| vec![b'x'; MIB]);
    let (body, count) = pulled(std::iter::once(opening.into_bytes()).chain(filler));
    let answer = world.call(partner.posting(partner::MESSAGES, body)).await;
    assert_eq!(answer.refused(), (413, "too-large".to_owned()));
    assert!(count.load(Ordering::SeqCst) <= 86, "{count:?}");
    assert_nothing(&world);
}

#[tokio::test]
async fn exactly_the_limit_is_read() {
    let (world, partner) = scene().await;
    let mut text = standard().to_string();
    assert_eq!(text.pop(), Some('}'));
    text.push_str(",\"unknown\":\"");
    let left = 84 * MIB - text.len() - 2;
    let mut pieces = vec![text.into_bytes()];
    pieces.extend((0..left / MIB).map(|_| vec![b'x'; MIB]));
    pieces.push(vec![b'x'; left % MIB]);
    pieces.push(b"\"}".to_vec());
    let (body, _) = pulled(pieces.clone().into_iter());
    let answer = world.call(partner.posting(partner::MESSAGES, body)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    pieces.push(b"\n".to_vec());
    let (body, _) = pulled(pieces.into_iter());
    assert_eq!(
        world
            .call(partner.posting(partner::MESSAGES, body))
            .await
            .refused()
            .0,
        413
    );
}

#[tokio::test]
async fn a_file_over_five_mebibytes_goes_as_soon_as_it_is_and_the_rest_is_not_kept() {
    let (world, partner) = scene().await;
    let seen: Arc<Mutex<Vec<u64>>> = Arc::default();
    let (folder, noting) = (world.blob_folder().join("incoming"), seen.clone());
    let opening = b"{\"attachments\":[{\"mimeType\":\"application/pdf\",\"content\":\"".to_vec();
    let content = (0..60).map(move |_| {
        let files = std::fs::read_dir(&folder).unwrap();
        // One that goes away meanwhile has no length.
        let lengths = files.map(|file| file.unwrap().metadata().map_or(0, |it| it.len()));
        noting.lock().unwrap().push(lengths.sum());
        vec![b'A'; MIB]
    });
    let ending = b"\"}]}".to_vec();
    let (body, _) = pulled(std::iter::once(opening).chain(content).chain([ending]));
    let answer = world.call(partner.posting(partner::MESSAGES, body)).await;
    assert!(
        answer
            .faults()
            .contains(&"attachments[0].content".to_owned())
    );
    let seen = seen.lock().unwrap();
    let most = 5 * MIB as u64;
    assert!(seen.iter().all(|kept| *kept <= most), "{seen:?}");
    assert!(seen.iter().any(|kept| *kept > MIB as u64), "{seen:?}");
    assert_eq!(seen.last(), Some(&0), "{seen:?}");
    assert_nothing(&world);
}

#[tokio::test]
async fn however_often_a_member_is_repeated_it_is_read_and_told_once() {
    let (world, partner) = scene().await;
    let most: Arc<AtomicUsize> = Arc::default();
    let (folder, noting) = (world.blob_folder().join("incoming"), most.clone());
    let files = format!(
        "\"attachments\":[{{\"content\":\"{}\"}}],",
        base64(&pdf_of(90_000))
    );
    let repeated = (0..500).map(move |_| {
        noting.fetch_max(
            std::fs::read_dir(&folder).unwrap().count(),
            Ordering::SeqCst,
        );
        files.clone().into_bytes()
    });
    let types = std::iter::repeat_n("\"type\":7,".repeat(1_000).into_bytes(), 100);
    let content = base64(&pdf_of(90_000));
    let contents = vec![format!("\"content\":\"{content}\""); 50].join(",");
    let ending = format!("\"unknown\":[{{{contents}}}],\"unknown\":1}}").into_bytes();
    let (body, _) = pulled(
        std::iter::once(b"{".to_vec())
            .chain(repeated)
            .chain(types)
            .chain([ending]),
    );
    let faults = world
        .call(partner.posting(partner::MESSAGES, body))
        .await
        .faults();
    assert!(most.load(Ordering::SeqCst) <= 1, "{most:?}");
    assert_eq!(
        faults.iter().filter(|name| *name == "type").count(),
        2,
        "repeated, and wrong"
    );
    assert_eq!(
        faults.iter().filter(|name| *name == "attachments").count(),
        1
    );
    assert_nothing(&world);
}

#[tokio::test]
async fn whoever_is_refused_early_still_gets_the_answer_after_sending_everything() {
    let (world, partner) = scene().await;
    let cases = [
        ("malformed from the start", true, "{,"),
        ("a stranger", false, "{\"a\":\""),
    ];
    for (who, with_key, opening) in cases {
        let filler = std::iter::repeat_with(|| vec![b'x'; MIB]).take(20);
        let (body, count) = pulled(std::iter::once(opening.as_bytes().to_vec()).chain(filler));
        let mut request = partner.posting(partner::MESSAGES, body);
        if !with_key {
            request.headers_mut().remove("ApiKey");
        }
        assert!(world.call(request).await.problem().status < 402, "{who}");
        assert_eq!(
            count.load(Ordering::SeqCst),
            21,
            "{who}: the body was drained"
        );
    }
    // Who waits to be told to go on has not begun.
    let (body, count) = pulled(std::iter::repeat_with(|| vec![b'x'; MIB]));
    let mut request = partner.posting(partner::MESSAGES, body);
    request.headers_mut().remove("ApiKey");
    request
        .headers_mut()
        .insert("expect", "100-continue".parse().unwrap());
    assert_eq!(world.call(request).await.refused().0, 401);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn retention_takes_content_and_files_and_leaves_the_status() {
    let (world, partner) = scene().await;
    let mut toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    for n in [1, 2] {
        assert_eq!(
            partner
                .send(&world, &with_id(large(standard()), &id(n)))
                .await
                .status
                .as_u16(),
            200
        );
    }
    let reference = toolbar.reference(&world, &id(1)).await.unwrap();
    let fence = toolbar.claim(&world, &reference, "review").await.fence;
    toolbar
        .act(&world, "complete", &reference, json!({ "fence": fence }))
        .await;
    let before = partner.status(&world, &id(1)).await.bytes;
    world.wait(SignedDuration::from_hours(24 * 30 + 1));
    assert_eq!(world.blob_files().len(), 1);
    // The other one expired ten days in, so its content stays for a while.
    toolbar.sign_in(&world, OKAFOR).await;
    let path = paths::MESSAGE.replace("{messageRef}", &reference);
    world
        .work_until(|| async { toolbar.get(&world, &path).await.status.as_u16() == 404 })
        .await;
    assert_eq!(world.blob_files().len(), 1);
    assert_eq!(partner.stands(&world, &id(2)).await.0, "EXPIRED");
    let gone = (404, "not-found".to_owned());
    assert_eq!(toolbar.get(&world, &path).await.refused(), gone);
    assert_eq!(
        toolbar
            .get(&world, &format!("{path}/attachments/0"))
            .await
            .refused(),
        gone
    );
    assert_eq!(partner.status(&world, &id(1)).await.bytes, before);

    world.wait(SignedDuration::from_hours(24 * 30));
    let file = Hash::of(&pdf_of(200_000));
    world
        .work_until(|| async { world.blob_files().is_empty() && world.is_spared(file).await })
        .await;
    assert_eq!(partner.stands(&world, &id(2)).await.0, "EXPIRED");

    // A retry of what is long gone is answered again, and brings nothing back.
    let late = partner
        .send(&world, &with_id(large(standard()), &id(1)))
        .await;
    assert_eq!(late.status.as_u16(), 200);
    assert_nothing(&world);
}

#[tokio::test]
async fn a_storage_that_cannot_be_written_is_a_503_and_no_message() {
    let (world, partner) = scene().await;
    std::fs::remove_dir_all(world.blob_folder().join("incoming")).unwrap();
    let answer: Answer = partner.send(&world, &large(standard())).await;
    assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
    assert_eq!(partner.status(&world, ID).await.refused().0, 404);
    assert_eq!(
        partner.send(&world, &standard()).await.status.as_u16(),
        200,
        "a small one needs no file"
    );
}
