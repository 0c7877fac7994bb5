//! Two nodes, a PKB that fails in every way, and time that jumps, at random: no refresh token comes twice, and no link
//! is lost but by an answer that was.

use super::fake::{AMY, TokenFault};
use super::setting::{Running, Setting, read, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;
use model::entropy::{SeededEntropy, bytes};
use std::time::Duration;

/// Steps of one run.
const STEPS: usize = 25;

struct Chance(SeededEntropy);

impl Chance {
    /// A number below `end`.
    fn below(&self, end: u64) -> u64 {
        u64::from_le_bytes(bytes(&self.0)) % end
    }
}

fn fault(chance: &Chance, harsh: bool) -> TokenFault {
    match chance.below(if harsh { 7 } else { 5 }) {
        0 => TokenFault::Slow(Duration::from_millis(chance.below(60))),
        1 => TokenFault::Says(503, None, None),
        2 => TokenFault::Says(429, None, Some(chance.below(100))),
        3 => TokenFault::Says(400, Some("invalid_request"), None),
        4 => TokenFault::SlowlyBusy(Duration::from_millis(chance.below(60))),
        5 => TokenFault::Rubbish,
        _ => TokenFault::Lost,
    }
}

async fn storm(seed: u64, harsh: bool) -> (usize, usize) {
    let chance = Chance(SeededEntropy::new(seed));
    let setting = Setting::new().await;
    let nodes = [setting.start().await, setting.start().await];
    setting.link(&nodes[0], "amy", AMY).await;
    let (mut asked, mut linked_again) = (0, 0);
    for _ in 0..STEPS {
        if chance.below(2) == 0 {
            setting.pkb.next_tokens([fault(&chance, harsh)]);
        }
        let burst: Vec<&Running> = (0..=chance.below(12))
            .map(|_| {
                if chance.below(2) == 0 {
                    &nodes[0]
                } else {
                    &nodes[1]
                }
            })
            .collect();
        asked += burst.len();
        let reads = burst.iter().map(|node| read(&node.product, "amy"));
        let jump = async {
            tokio::time::sleep(Duration::from_millis(chance.below(40))).await;
            let seconds = i64::try_from(chance.below(900)).unwrap();
            setting.world.pass(SignedDuration::from_secs(seconds));
        };
        let (answers, ()) = tokio::join!(futures_util::future::join_all(reads), jump);
        for answer in answers {
            let known = [
                StatusCode::OK,
                StatusCode::CONFLICT,
                StatusCode::SERVICE_UNAVAILABLE,
            ];
            assert!(known.contains(&answer.status), "{}", answer.text);
        }
        if harsh && stands(&nodes[0].product, "amy").await.starts_with("needs") {
            // A flight that was given up for its lease may still be heard.
            setting.world.a_moment().await;
            if stands(&nodes[0].product, "amy").await.starts_with("needs") {
                setting.pkb.calm();
                setting.link(&nodes[0], "amy", AMY).await;
                linked_again += 1;
            }
        }
        assert_eq!(setting.pkb.reused(), 0, "seed {seed}");
    }
    setting.world.a_moment().await;
    setting.world.pass(SignedDuration::from_hours(2));
    setting.world.a_moment().await;
    if !harsh {
        setting.pkb.calm();
        setting.world.a_moment().await;
        setting.world.pass(SignedDuration::from_mins(3));
        let well = read(&nodes[1].product, "amy").await;
        let told = setting.told("amy").await;
        assert_eq!(
            well.status,
            StatusCode::OK,
            "seed {seed} {told:?} {}",
            well.text
        );
        assert_eq!(setting.pkb.alive(), 1, "seed {seed}");
    }
    for node in nodes {
        node.stop().await;
    }
    assert_eq!(setting.pkb.reused(), 0, "seed {seed}");
    (asked, linked_again)
}

#[tokio::test]
async fn in_any_weather_no_refresh_token_comes_twice() {
    let (mut reads, mut again) = (0, 0);
    for seed in 0..8 {
        let (asked, linked_again) = storm(seed, true).await;
        (reads, again) = (reads + asked, again + linked_again);
    }
    println!("{reads} reads, linked again {again} times after lost answers, no token twice");
}

#[tokio::test]
async fn a_pkb_that_loses_no_answer_loses_no_link() {
    let mut reads = 0;
    for seed in 100..108 {
        let (asked, again) = storm(seed, false).await;
        assert_eq!(again, 0);
        reads += asked;
    }
    println!("{reads} reads, no link lost, no token twice");
}
