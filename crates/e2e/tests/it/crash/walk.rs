//! Walks every fault point: kill there, start again, run to the end, count.
//!
//! A point is hit several times in a run; it is walked by its first hit, its second, and so on until a run
//! ends without reaching it. Each process of the product dies alone while the others live on, and `up` dies
//! with all in it, its first start included, and dies again in its second life. `BATON_WALK=full` leaves out nothing; the short walk takes
//! shared points in steps.

mod retention;

use super::setting::{Setting, Template, Who};
use super::story;
use faultpoint::Point;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Runs side by side: they wait for each other's processes more than they compute.
const AT_ONCE: usize = 6;

/// One point in one process, by all its hits or by steps.
#[derive(Clone, Copy)]
struct Walk {
    who: Who,
    point: Point,
    /// This many hits further each time.
    step: u64,
    /// Whether it dies at the point's first hit of its second life, too.
    twice: bool,
    /// No further than this hit.
    most: u64,
}

/// What a walk came to.
struct Walked {
    walk: Walk,
    kills: u64,
    last: u64,
}

/// In which process a point is; `None` for those of a gateway or of a record system's folder, which are not on this
/// way.
fn process_of(point: Point) -> Option<Who> {
    let who = match point {
        Point::GatewayExchanged
        | Point::GatewayEntry
        | Point::GatewayEntered
        | Point::GatewaySend
        | Point::GatewayAnswered
        | Point::GatewaySettled
        | Point::GatewayLinkExchanged
        | Point::GatewayRefreshTaken
        | Point::GatewayRefreshCalling
        | Point::GatewayRefreshAnswered
        | Point::GatewayRefreshStored
        | Point::WebhookPost
        | Point::WebhookPosted
        | Point::FolderWrite
        | Point::FolderWritten
        | Point::FolderMoving
        | Point::FolderMoved
        | Point::FolderFiled
        | Point::FolderTakenBack => return None,
        Point::BlobBegin
        | Point::BlobWrite
        | Point::BlobSync
        | Point::BlobSynced
        | Point::BlobRename
        | Point::BlobRenamed
        | Point::BlobFolderSynced
        | Point::Commit
        | Point::Committed
        | Point::Accepted
        | Point::BlobDelete
        | Point::BlobDeleted
        | Point::ClaimAnswer
        | Point::CompleteAnswer => Who::Platform,
        Point::RecordCommit | Point::RecordCommitted => Who::TestPas,
        Point::Claim
        | Point::Claimed
        | Point::JournalNote
        | Point::JournalNoted
        | Point::RecordWrite
        | Point::RecordWritten
        | Point::Complete
        | Point::Completed
        | Point::JournalForget
        | Point::JournalForgotten => Who::Toolbar,
    };
    Some(who)
}

/// What is walked.
fn plan(full: bool) -> VecDeque<Walk> {
    let whole = |walk: &Walk| Walk {
        who: Who::Whole,
        // A shared point is hit at every start.
        twice: !is_shared(walk.point),
        ..*walk
    };
    let every = Point::ALL.iter().filter_map(|&point| {
        Some(Walk {
            who: process_of(point)?,
            point,
            step: 1,
            twice: false,
            most: u64::MAX,
        })
    });
    let apart: Vec<_> = every.collect();
    let together = apart.iter().map(whole);
    let all = apart.iter().copied().chain(together);
    let mut all: Vec<_> = if full {
        all.collect()
    } else {
        all.map(shorter).collect()
    };
    // The longest first, so that nobody waits for it at the end.
    all.sort_by_key(|walk| !is_shared(walk.point));
    all.into()
}

fn is_shared(point: Point) -> bool {
    matches!(point, Point::Commit | Point::Committed)
}

fn shorter(walk: Walk) -> Walk {
    let most = match (walk.who, is_shared(walk.point)) {
        (Who::Whole, false) => 1,
        (_, true) => u64::MAX,
        (_, false) => 3,
    };
    let step = if is_shared(walk.point) { 5 } else { 1 };
    Walk { step, most, ..walk }
}

#[test]
fn a_kill_at_any_point_loses_nothing_and_files_nothing_twice() {
    let full = std::env::var_os("BATON_WALK").is_some_and(|how| how == "full");
    let began = Instant::now();
    let template = block_on(Template::make());
    let queue = Mutex::new(plan(full));
    let walked = Mutex::new(Vec::new());
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().pop_front();
                    let Some(walk) = next.filter(|_| !failed.load(Ordering::Relaxed)) else {
                        return;
                    };
                    let done = walk_along(walk, &template, &failed);
                    walked.lock().unwrap().push(done);
                }
            });
        }
    });
    let walked = walked.into_inner().unwrap();
    for Walked { walk, kills, last } in &walked {
        let (who, point) = (walk.who, walk.point);
        println!("{who:?} killed at {point}: {kills} times, last at hit {last}");
    }
    let kills: u64 = walked.iter().map(|walked| walked.kills).sum();
    println!("{kills} kills in {:.0?}", began.elapsed());
    let dead: Vec<_> = walked
        .iter()
        .filter(|walked| walked.kills == 0)
        .map(|walked| format!("{:?} {}", walked.walk.who, walked.walk.point))
        .collect();
    assert!(dead.is_empty(), "no run reaches these points: {dead:?}");
}

fn walk_along(walk: Walk, template: &Template, failed: &AtomicBool) -> Walked {
    let mut done = Walked {
        walk,
        kills: 0,
        last: 0,
    };
    let mut hit = 1;
    while hit <= walk.most && !failed.load(Ordering::Relaxed) {
        let mark = Mark { walk, hit, failed };
        let kills = block_on(run(walk, hit, template));
        drop(mark);
        if kills == 0 {
            break;
        }
        done.kills += kills;
        done.last = hit;
        hit += walk.step;
    }
    done
}

/// Says where a run failed, and that the others need not go on.
struct Mark<'a> {
    walk: Walk,
    hit: u64,
    failed: &'a AtomicBool,
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.failed.store(true, Ordering::Relaxed);
            let Walk { who, point, .. } = self.walk;
            println!("failed: {who:?} killed at {point}, hit {}", self.hit);
        }
    }
}

/// One run; how often it was killed.
async fn run(walk: Walk, hit: u64, template: &Template) -> u64 {
    let plan = format!("{}=kill@{hit}", walk.point);
    let again = format!("{}=kill@1", walk.point);
    let plans = [plan.as_str(), &again];
    let plans = &plans[..=usize::from(walk.twice)];
    let template = (walk.who != Who::Whole).then_some(template);
    let mut setting = Setting::start(walk.who, plans, template).await;
    let sent = story::play(&mut setting).await;
    story::home(&mut setting, &sent).await;
    let whole = walk.who == Who::Whole;
    if !whole {
        story::count(&mut setting, &sent).await;
    }
    // All in one process might die of what it does while it is read from; and nothing that is done may be
    // done again after another start.
    if !setting.end() || whole {
        setting.start_again().await;
        story::count(&mut setting, &sent).await;
        assert!(setting.end());
    }
    story::files(&setting, &sent);
    setting.deaths
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(work)
}
