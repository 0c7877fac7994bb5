//! Rounds: who shares one, and who need not wait for one.

use super::{Gather, Limits};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, oneshot};

type Job = (usize, oneshot::Sender<()>);

/// Rounds that last until they are let go, and how large each was.
#[derive(Clone)]
struct Bench {
    gather: Arc<Gather<Job>>,
    rounds: Arc<Mutex<Vec<usize>>>,
    go: Arc<Notify>,
}

impl Bench {
    fn new() -> Self {
        let limits = Limits {
            beside: 2,
            enough: 4,
            most: 6,
            most_weight: 100,
            weight: |job: &Job| job.0,
        };
        Self {
            gather: Arc::new(Gather::new(limits)),
            rounds: Arc::default(),
            go: Arc::default(),
        }
    }

    fn add(&self, weight: usize) -> oneshot::Receiver<()> {
        let (answer, answered) = oneshot::channel();
        let (rounds, go) = (Arc::clone(&self.rounds), Arc::clone(&self.go));
        self.gather.add((weight, answer), move |jobs: Vec<Job>| {
            let (rounds, go) = (Arc::clone(&rounds), Arc::clone(&go));
            async move {
                rounds.lock().unwrap().push(jobs.len());
                go.notified().await;
                assert!(jobs.iter().all(|(weight, _)| *weight < 1000), "planned");
                for (_, answer) in jobs {
                    answer.send(()).unwrap();
                }
            }
        });
        answered
    }

    async fn settle(&self) -> Vec<usize> {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        self.rounds.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn the_first_goes_at_once_and_the_others_share_the_next_round() {
    let bench = Bench::new();
    let answers: Vec<_> = (0..4).map(|_| bench.add(1)).collect();
    assert_eq!(bench.settle().await, [1]);
    bench.go.notify_one();
    assert_eq!(bench.settle().await, [1, 3]);
    bench.go.notify_one();
    for answer in answers {
        answer.await.unwrap();
    }
    let last = bench.add(1);
    assert_eq!(bench.settle().await, [1, 3, 1]);
    bench.go.notify_one();
    last.await.unwrap();
}

#[tokio::test]
async fn a_round_begins_beside_another_when_enough_wait_and_no_third() {
    let bench = Bench::new();
    let _answers: Vec<_> = (0..20).map(|_| bench.add(1)).collect();
    assert_eq!(bench.settle().await, [1, 4]);
    bench.go.notify_one();
    assert_eq!(bench.settle().await, [1, 4, 6]);
}

#[tokio::test]
async fn heavy_jobs_make_a_small_round_and_the_heaviest_goes_alone() {
    let bench = Bench::new();
    let _answers: Vec<_> = [1, 60, 60, 60].into_iter().map(|w| bench.add(w)).collect();
    bench.settle().await;
    bench.go.notify_one();
    assert_eq!(bench.settle().await, [1, 2]);
    bench.go.notify_one();
    assert_eq!(bench.settle().await, [1, 2, 1]);
}

#[tokio::test]
async fn a_panic_harms_its_own_round_only() {
    let bench = Bench::new();
    let (bad, good) = (bench.add(1000), bench.add(1));
    bench.settle().await;
    bench.go.notify_one();
    bad.await.unwrap_err();
    bench.settle().await;
    bench.go.notify_one();
    good.await.unwrap();
}

/// Waits until so many rounds have begun.
async fn until(bench: &Bench, rounds: usize) {
    for _ in 0..2_000 {
        if bench.settle().await.len() >= rounds {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{:?}", bench.settle().await);
}

#[tokio::test]
async fn a_round_that_takes_its_time_keeps_nobody_waiting_who_came_after_it() {
    let bench = Bench::new();
    let mut answers: Vec<_> = (0..3).map(|_| bench.add(1)).collect();
    until(&bench, 2).await;
    assert_eq!(bench.settle().await, [1, 2]);
    for rounds in 3..=8 {
        answers.push(bench.add(1));
        until(&bench, rounds).await;
    }
    // There are bounds.
    answers.push(bench.add(1));
    tokio::time::sleep(super::SLOW * 3).await;
    assert_eq!(bench.settle().await.len(), 8);
    bench.go.notify_one();
    until(&bench, 9).await;
}
