//! The walks: each point by its first hit, its second, and so on until a run ends without reaching it.

use super::count::Counts;
use super::pair::Template;
use super::{linking, renewing};
use faultpoint::Point;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Runs side by side: they wait more than they compute.
const AT_ONCE: usize = 6;

/// What a run plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Renewing,
    Linking,
}

/// A point in a story, and the last hit at which it is walked.
#[derive(Clone, Copy)]
struct Walk {
    story: Story,
    point: Point,
    most: u64,
}

/// Every point of links in the story that meets it, and every COMMIT of both.
fn plan() -> VecDeque<Walk> {
    let shared = [Story::Renewing, Story::Linking]
        .into_iter()
        .flat_map(|story| [Point::Commit, Point::Committed].map(|point| (story, point)));
    let own = Point::ALL.iter().filter(|point| point.is_of_links());
    let own = own.map(|&point| {
        let story = match point {
            Point::GatewayLinkExchanged => Story::Linking,
            _ => Story::Renewing,
        };
        (story, point)
    });
    let walks = shared.chain(own).map(|(story, point)| Walk {
        story,
        point,
        // Work in the background never ends: no story has so many of its own.
        most: 30,
    });
    walks.collect()
}

/// What a walk came to.
struct Walked {
    walk: Walk,
    runs: u64,
    counts: Counts,
}

#[test]
fn a_gateway_killed_at_any_point_loses_no_session_that_need_not_be_and_uses_no_token_twice() {
    let began = Instant::now();
    let (renewing, linking) = block_on(async {
        let renewing = Template::make(&renewing::ASKED, &renewing::DUE, &[]).await;
        let linking = Template::make(&[], &[], &linking::LINKED).await;
        (renewing, linking)
    });
    let queue = Mutex::new(plan());
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
                    let template = match walk.story {
                        Story::Renewing => &renewing,
                        Story::Linking => &linking,
                    };
                    let done = walk_along(walk, template, &failed);
                    walked.lock().unwrap().push(done);
                }
            });
        }
    });
    let mut walked = walked.into_inner().unwrap();
    walked.sort_by_key(|walked| (walked.walk.story as u8, walked.walk.point as usize));
    let mut all = Counts::default();
    println!("{:<36}  runs  {}", "story, killed at", Counts::HEAD);
    for Walked { walk, runs, counts } in &walked {
        let name = format!("{:?}, {}", walk.story, walk.point);
        println!("{name:<36}  {runs:>4}  {}", counts.line());
        all += *counts;
    }
    println!("{:<36}        {}", "all", all.line());
    println!("in {:.0?}", began.elapsed());
    all.check();
    for Walked { walk, counts, .. } in &walked {
        assert!(counts.kills > 0, "no run reaches {}", walk.point);
    }
    // The walks do come to the moments that matter.
    assert!(all.window > 0 && all.in_memory > 0 && all.kept > 0);
}

fn walk_along(walk: Walk, template: &Template, failed: &AtomicBool) -> Walked {
    let mut done = Walked {
        walk,
        runs: 0,
        counts: Counts::default(),
    };
    for hit in 1..=walk.most {
        if failed.load(Ordering::Relaxed) {
            break;
        }
        let mark = Mark { walk, hit, failed };
        let plan = format!("{}=kill@{hit}", walk.point);
        let counts = block_on(async {
            match walk.story {
                Story::Renewing => renewing::run(template, &plan).await,
                Story::Linking => linking::run(template, &plan).await,
            }
        });
        drop(mark);
        done.runs += 1;
        done.counts += counts;
        if counts.kills == 0 {
            break;
        }
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
            let Walk { story, point, .. } = self.walk;
            println!("failed: {story:?} killed at {point}, hit {}", self.hit);
        }
    }
}

/// What stands between the processes must go on while this thread waits for one of them.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}
