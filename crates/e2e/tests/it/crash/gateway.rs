//! Walks every fault point of a gateway, and the shared ones at its commits: kill there, start again, enter again
//! what had no answer, run to the end, count.
//!
//! `BATON_WALK=full` leaves out nothing; the short walk takes hits in steps.

mod life;

use faultpoint::Point;
use life::Life;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Runs side by side: they wait more than they compute.
const AT_ONCE: usize = 6;

/// The points, the step from hit to hit, and the last hit of the short walk.
const POINTS: [(Point, u64, u64); 10] = [
    (Point::Commit, 15, 60),
    (Point::Committed, 15, 60),
    (Point::WebhookPost, 3, 4),
    (Point::WebhookPosted, 3, 4),
    (Point::GatewayExchanged, 1, 1),
    (Point::GatewayEntry, 2, 4),
    (Point::GatewayEntered, 2, 4),
    (Point::GatewaySend, 2, 4),
    (Point::GatewayAnswered, 2, 4),
    (Point::GatewaySettled, 2, 4),
];

/// One run: a point, and at which of its hits.
type Run = (Point, u64);

fn plan(full: bool) -> VecDeque<Run> {
    let hits = |(point, step, most): (Point, u64, u64)| {
        let (step, most) = if full { (1, most * 2) } else { (step, most) };
        (0..)
            .map(move |number| 1 + number * step)
            .take_while(move |hit| *hit <= most)
            .map(move |hit| (point, hit))
    };
    POINTS.into_iter().flat_map(hits).collect()
}

#[test]
fn a_gateway_killed_at_any_point_sends_everything_once() {
    let full = std::env::var_os("BATON_WALK").is_some_and(|how| how == "full");
    let began = Instant::now();
    let queue = Mutex::new(plan(full));
    let kills = Mutex::new(Vec::new());
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().pop_front();
                    let Some((point, hit)) = next.filter(|_| !failed.load(Ordering::Relaxed))
                    else {
                        return;
                    };
                    let mark = Mark {
                        point,
                        hit,
                        failed: &failed,
                    };
                    let deaths = block_on(run(point, hit));
                    drop(mark);
                    kills.lock().unwrap().push((point, deaths));
                }
            });
        }
    });
    let kills = kills.into_inner().unwrap();
    for (point, ..) in POINTS {
        let runs = kills.iter().filter(|(of, _)| *of == point);
        let (count, deaths) = runs.fold((0, 0), |(count, all), (_, deaths)| {
            (count + 1, all + deaths)
        });
        println!("killed at {point}: {deaths} times in {count} runs");
        assert!(deaths > 0, "no run reaches {point}");
    }
    println!(
        "{} runs in {:.0?}: lost 0, twice 0, untold 0",
        kills.len(),
        began.elapsed()
    );
}

/// Says where a run failed, and that the others need not go on.
struct Mark<'a> {
    point: Point,
    hit: u64,
    failed: &'a AtomicBool,
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.failed.store(true, Ordering::Relaxed);
            println!("failed: killed at {}, hit {}", self.point, self.hit);
        }
    }
}

/// One run; how often it was killed.
async fn run(point: Point, hit: u64) -> u64 {
    let mut life = Life::begin(&format!("{point}=kill@{hit}")).await;
    life.authorise().await;
    life.enter().await;
    life.home().await;
    life.count().await;
    life.deaths
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(work)
}
