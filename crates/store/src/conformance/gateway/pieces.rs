//! Bytes of files: begun, stored piece by piece, claimed or swept.

use super::world::{World, at, pdf, race};
use crate::StoreError;
use crate::gateway::{Entered, GatewayStore, PIECE};
use bytes::Bytes;

pub async fn pieces_come_back_as_they_were_stored(store: GatewayStore) {
    let world = World::new(store);
    let pieces = &world.store.pieces;
    let upload = world.upload(1).await;
    let large: Bytes = (0..251_u8).cycle().take(PIECE).collect();
    for (part, number, bytes) in [(0, 0, large.clone()), (0, 1, pdf()), (1, 0, Bytes::new())] {
        pieces.put(upload, part, number, bytes).await.unwrap();
    }
    let get = |part, number| pieces.get(upload, part, number);
    assert_eq!(get(0, 0).await.unwrap(), Some(large));
    assert_eq!(get(0, 1).await.unwrap(), Some(pdf()));
    assert_eq!(get(1, 0).await.unwrap(), Some(Bytes::new()));
    assert_eq!(get(0, 2).await.unwrap(), None);
    assert_eq!(get(2, 0).await.unwrap(), None);
    let nowhere = pieces.get(world.upload_id(), 0, 0).await;
    assert_eq!(nowhere.unwrap(), None);
}

pub async fn a_second_piece_in_one_place_is_refused(store: GatewayStore) {
    let world = World::new(store);
    let pieces = &world.store.pieces;
    let upload = world.upload(1).await;
    pieces.put(upload, 0, 0, pdf()).await.unwrap();
    let second = pieces.put(upload, 0, 0, Bytes::from_static(b"other"));
    assert!(matches!(second.await, Err(StoreError::Inconsistent { .. })));
    assert_eq!(pieces.get(upload, 0, 0).await.unwrap(), Some(pdf()));
}

pub async fn an_abandoned_upload_is_gone(store: GatewayStore) {
    let world = World::new(store);
    let pieces = &world.store.pieces;
    let (upload, other) = (world.upload(1).await, world.upload(1).await);
    for upload in [upload, other] {
        pieces.put(upload, 0, 0, pdf()).await.unwrap();
    }
    for _ in 0..2 {
        pieces.abandon(upload).await.unwrap();
    }
    assert_eq!(pieces.get(upload, 0, 0).await.unwrap(), None);
    assert_eq!(pieces.get(other, 0, 0).await.unwrap(), Some(pdf()));
    // What still comes in for it is not kept.
    pieces.put(upload, 0, 1, pdf()).await.unwrap();
    assert_eq!(pieces.get(upload, 0, 1).await.unwrap(), None);
}

pub async fn a_claimed_upload_is_neither_abandoned_nor_swept(store: GatewayStore) {
    let world = World::new(store);
    let pieces = &world.store.pieces;
    let message = world.message(&world.patient(), 1).await;
    pieces.put(message.upload, 0, 0, pdf()).await.unwrap();
    assert_eq!(world.enter(&message).await, Entered::New);
    pieces.abandon(message.upload).await.unwrap();
    assert_eq!(pieces.sweep(at(1_000), 10).await.unwrap(), 0);
    let found = pieces.get(message.upload, 0, 0).await.unwrap();
    assert_eq!(found, Some(pdf()));
}

pub async fn old_uploads_that_nobody_claimed_are_swept(store: GatewayStore) {
    let world = World::new(store);
    let pieces = &world.store.pieces;
    let mut uploads = Vec::new();
    for begun in 0..5 {
        let upload = world.upload(begun).await;
        pieces.put(upload, 0, 0, pdf()).await.unwrap();
        uploads.push(upload);
    }
    let mut swept = Vec::new();
    for _ in 0..3 {
        swept.push(pieces.sweep(at(4), 3).await.unwrap());
    }
    assert_eq!(swept, [3, 1, 0]);
    let mut left = Vec::new();
    for upload in &uploads {
        left.push(pieces.get(*upload, 0, 0).await.unwrap().is_some());
    }
    assert_eq!(left, [false, false, false, false, true]);
}

pub async fn of_sweeping_and_entering_at_once_one_wins(store: GatewayStore) {
    let world = World::new(store);
    for round in 0..20 {
        let message = world.message(&world.patient(), round).await;
        let pieces = &world.store.pieces;
        pieces.put(message.upload, 0, 0, pdf()).await.unwrap();
        let new = race(2, |place| {
            let (world, message) = (world.clone(), message.clone());
            async move {
                if place == 0 {
                    world.store.pieces.sweep(at(1_000), 10).await.unwrap() == 0
                } else {
                    world.enter(&message).await == Entered::New
                }
            }
        })
        .await;
        // Either it was entered and nothing was swept, or the other way round.
        assert_eq!(new[0], new[1], "{new:?}");
        let kept = pieces.get(message.upload, 0, 0).await.unwrap();
        let known = world.store.outbox.find(message.id).await.unwrap();
        assert_eq!(kept.is_some(), new[0]);
        assert_eq!(known.is_some(), new[0]);
    }
}
