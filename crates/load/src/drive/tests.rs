//! Runs against a server that is made up, by a clock that stands still unless everybody waits.

use super::*;
use crate::body::Body;
use crate::request::Request;
use hyper::{HeaderMap, Method, Uri};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How long the answer to a request takes, and what it is.
type Answers = Box<dyn Fn(u64) -> (Duration, Result<u16, Fault>) + Send + Sync>;

/// A server that takes time, by a clock that stands still unless everybody waits.
struct Server {
    answer: Answers,
    down: bool,
    began: Mutex<Vec<Instant>>,
    dialled: AtomicU64,
}

impl Server {
    fn new(
        answer: impl Fn(u64) -> (Duration, Result<u16, Fault>) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            down: false,
            began: Mutex::default(),
            dialled: AtomicU64::new(0),
        })
    }
}

struct Wire(Arc<Server>);

impl Dial for Arc<Server> {
    type Line = Wire;

    async fn dial(&self) -> io::Result<Wire> {
        self.dialled.fetch_add(1, Ordering::SeqCst);
        if self.down {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(Wire(self.clone()))
    }
}

impl Line for Wire {
    async fn exchange(&mut self, _: Request) -> Result<u16, Fault> {
        let number = {
            let mut began = self.0.began.lock().unwrap();
            began.push(Instant::now());
            began.len() as u64 - 1
        };
        let (takes, answer) = (self.0.answer)(number);
        sleep(takes).await;
        answer
    }
}

fn job(mode: Mode, length: Length) -> Job {
    Job {
        address: "http://example.org".to_owned(),
        mode,
        length,
        warm_up: Duration::ZERO,
        requests: Arc::new(|number| Request {
            method: Method::GET,
            path: Uri::from_static("/"),
            headers: HeaderMap::new(),
            body: Body::from(vec![0; 10]),
            message: Some(crate::Ids::seeded(1).id(number)),
        }),
        patience: Duration::from_secs(5),
        keep_acknowledged: false,
    }
}

/// Steps the ticker by Tokio's clock, which the tests stop.
fn tick(mut ticker: Ticker) {
    tokio::spawn(async move {
        while let Some(rest) = ticker.step(Instant::now()) {
            sleep(rest).await;
        }
    });
}

/// Runs a job with that ticker.
async fn watched(server: Arc<Server>, job: Job, watch: &Watch) -> Result<Outcome, RunError> {
    let ticking = |ticker| {
        tick(ticker);
        Ok(())
    };
    drive(Arc::new(server), job, watch, ticking).await
}

async fn drive_it(server: &Arc<Server>, job: Job) -> Outcome {
    let found = watched(server.clone(), job, &Watch::default()).await;
    found.unwrap()
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn open(rate_per_second: u32, connections_max: usize) -> Mode {
    Mode::Open {
        rate_per_second,
        connections_max,
    }
}

const fn closed(connections: usize) -> Mode {
    Mode::Closed { connections }
}

#[tokio::test(start_paused = true)]
async fn closed_loop_asks_again_when_it_is_answered() {
    let server = Server::new(|_| (ms(10), Ok(200)));
    let found = drive_it(&server, job(closed(4), Length::For(ms(1000)))).await;
    assert_eq!(found.accepted(), 400);
    assert_eq!(found.elapsed, ms(1000));
    assert!((found.per_second() - 400.0).abs() < 0.01);
    assert_eq!(found.bytes_sent, 4000);
    assert_eq!(found.missed, 0);
    assert_eq!(server.dialled.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn a_count_is_kept_to_exactly() {
    for mode in [closed(7), open(1000, 7)] {
        let server = Server::new(|_| (ms(3), Ok(200)));
        let found = drive_it(&server, job(mode, Length::Count(100))).await;
        assert_eq!(found.accepted(), 100, "{mode:?}");
        assert_eq!(server.began.lock().unwrap().len(), 100, "{mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn percentiles_are_those_of_the_answers() {
    // One to a hundred milliseconds, once each.
    let server = Server::new(|number| (ms(number + 1), Ok(200)));
    let found = drive_it(&server, job(closed(1), Length::Count(100))).await;
    let near = |share: f64, millis: f64| {
        let at = found.latency_at(share).as_secs_f64() * 1000.0;
        assert!(
            (at - millis).abs() < millis / 500.0,
            "{share}: {at} instead of {millis}"
        );
    };
    near(0.5, 50.0);
    near(0.99, 99.0);
    near(1.0, 100.0);
}

#[tokio::test(start_paused = true)]
async fn open_loop_starts_on_time_though_nothing_is_answered_yet() {
    let server = Server::new(|_| (ms(500), Ok(200)));
    let found = drive_it(&server, job(open(100, 64), Length::Count(50))).await;
    let began = server.began.lock().unwrap();
    let spread: Vec<_> = began.iter().map(|at| *at - began[0]).collect();
    for (number, at) in (0..).zip(&spread) {
        // Tokio's clock has a grain of a millisecond.
        assert!(at.abs_diff(ms(10 * number)) <= ms(1), "{number}: {at:?}");
    }
    assert_eq!(found.missed, 0);
    assert!(found.lateness_at(1.0) <= ms(2));
}

#[tokio::test(start_paused = true)]
async fn open_loop_counts_the_wait_for_a_server_that_stood_still() {
    // One pause of a second; a hundred requests fall due in it, and each waited.
    let server = Server::new(|number| {
        let takes = if number == 0 { ms(1000) } else { ms(1) };
        (takes, Ok(200))
    });
    let found = drive_it(&server, job(open(100, 1), Length::Count(200))).await;
    assert_eq!(found.accepted(), 200);
    // In closed loop a single answer would have been slow, and p99 a millisecond.
    let waited = found.latency_at(0.5) + ms(1);
    assert!(found.latency_at(0.75) > ms(400), "{waited:?}");
    assert!(found.lateness_at(0.99) > ms(900));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_started_in_time_is_told() {
    let server = Server::new(|_| (ms(100), Ok(200)));
    // Two connections can do twenty in a second; a hundred are wanted.
    let found = drive_it(&server, job(open(100, 2), Length::For(ms(1000)))).await;
    assert!((18..=21).contains(&found.accepted()));
    assert_eq!(found.accepted() + found.missed, 100);
}

#[tokio::test(start_paused = true)]
async fn warm_up_is_not_in_the_figures() {
    let slow_at_first = |number| (if number < 20 { ms(100) } else { ms(1) }, Ok(200));
    for mode in [closed(1), open(10, 4)] {
        let server = Server::new(slow_at_first);
        let mut job = job(mode, Length::Count(30));
        job.warm_up = ms(2000);
        let found = drive_it(&server, job).await;
        assert_eq!(found.accepted(), 30, "{mode:?}");
        assert_eq!(server.began.lock().unwrap().len(), 50, "{mode:?}");
        assert!(found.latency_at(1.0) < ms(3), "{mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn statuses_and_faults_are_counted_and_nothing_is_sent_again() {
    let server = Server::new(|number| match number % 5 {
        0 | 1 => (ms(1), Ok(200)),
        2 => (ms(50), Ok(503)),
        3 => (ms(1), Err(Fault::Broken)),
        _ => (ms(60_000), Ok(200)),
    });
    let mut job = job(closed(1), Length::Count(50));
    job.keep_acknowledged = true;
    let found = drive_it(&server, job).await;
    assert_eq!(found.by_status, [(200, 20), (503, 10)].into());
    let faults = [(Fault::Broken, 10), (Fault::TimedOut, 10)].into();
    assert_eq!(found.faults, faults);
    assert_eq!(server.began.lock().unwrap().len(), 50);
    // Refusals are quick or slow for reasons of their own: not among the latencies.
    assert!(found.latency_at(1.0) < ms(3));
    let ids = crate::Ids::seeded(1);
    let good: Vec<_> = (0..50).filter(|n| n % 5 < 2).map(|n| ids.id(n)).collect();
    assert_eq!(found.acknowledged, good);
    // A broken connection, and one whose answer did not come, is made anew; the last one is not needed again.
    assert_eq!(server.dialled.load(Ordering::SeqCst), 20);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_it_with_the_figures_so_far() {
    for mode in [closed(2), open(100, 8)] {
        let server = Server::new(|_| (ms(10), Ok(200)));
        let watch = Watch::default();
        let stop = watch.clone();
        tokio::spawn(async move {
            sleep(ms(505)).await;
            stop.stop();
        });
        let job = job(mode, Length::For(Duration::from_secs(3600)));
        let found = watched(server, job, &watch).await.unwrap();
        assert!(
            (50..=102).contains(&found.accepted()),
            "{}",
            found.accepted()
        );
        assert!(found.elapsed < ms(600));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_no_run() {
    let server = Arc::new(Server {
        answer: Box::new(|_| (ms(1), Ok(200))),
        down: true,
        began: Mutex::default(),
        dialled: AtomicU64::new(0),
    });
    let job = job(closed(3), Length::Count(5));
    let found = watched(server, job, &Watch::default()).await;
    let Err(RunError::Unreachable { source, .. }) = found else {
        panic!("{found:?}");
    };
    assert_eq!(source.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn without_a_thread_for_the_timetable_there_is_no_run() {
    let server = Server::new(|_| (ms(1), Ok(200)));
    let job = job(open(10, 1), Length::Count(5));
    let none = |_| Err(io::ErrorKind::OutOfMemory.into());
    let found = drive(Arc::new(server), job, &Watch::default(), none).await;
    assert!(matches!(found, Err(RunError::NoThread(_))), "{found:?}");
}
