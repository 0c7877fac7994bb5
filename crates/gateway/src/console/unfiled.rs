//! What was entered and is not in the record: by practice and day, with the sums that must come out.

use super::messages::words;
use super::{Failure, SignedIn, paths, patients, times};
use crate::context::Ctx;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Timestamp;
use minijinja::value::Serde;
use model::outbox::{Bucket, Overdue, overdue};
use serde::{Deserialize, Serialize};
use store::gateway::Tally;

/// How far back the page may look, in days.
const PERIODS: [i32; 4] = [7, 31, 92, 366];

/// Lines on the page.
const MOST_LINES: usize = 500;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    days: Option<i32>,
}

/// One bucket's number, and where its messages are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Number {
    name: &'static str,
    count: u64,
    list: String,
}

/// A practice's day.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    to: String,
    day: String,
    entered: u64,
    accepted: u64,
    /// Accepted, refused, queued.
    refused: Number,
    queued: Number,
    pending: Number,
    completed: Number,
    rejected: Number,
    expired: Number,
    /// How many messages are missing (or too many) between what was entered and what is there.
    off: Option<String>,
    /// What is late, in words.
    late: Vec<String>,
}

/// `GET /console/unfiled`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let days = wanted.days.filter(|days| PERIODS.contains(days));
    let days = days.unwrap_or(31);
    let now = ctx.now();
    let today = times::day_of(now);
    let tallies = ctx.store.outbox.tallies(today - days + 1, today).await?;
    let lines: Vec<_> = tallies.iter().map(|tally| line(tally, now)).collect();
    let red = lines.iter().filter(|line| line.is_red()).count();
    let all = whole(&lines);
    let (patients, _) = patients::trouble(&ctx).await?;
    let (lines, hidden) = shown(lines);
    let page = minijinja::context! {
        all => Serde(all),
        red,
        lines => Serde(lines),
        hidden,
        patients => Serde(patients),
        days,
        periods => PERIODS.to_vec(),
    };
    user.page("console/unfiled.html", "unfiled", page)
}

impl Line {
    fn is_red(&self) -> bool {
        self.off.is_some() || !self.late.is_empty()
    }
}

/// As many lines as a page can bear, and how many are left out: of very many the red ones come first.
fn shown(lines: Vec<Line>) -> (Vec<Line>, usize) {
    let all = lines.len();
    if all <= MOST_LINES {
        return (lines, 0);
    }
    let (mut first, calm): (Vec<_>, Vec<_>) = lines.into_iter().partition(Line::is_red);
    first.extend(calm);
    first.truncate(MOST_LINES);
    (first, all - MOST_LINES)
}

/// The sums over every line.
fn whole(lines: &[Line]) -> Vec<(&'static str, u64)> {
    let sum = |number: fn(&Line) -> u64| lines.iter().map(number).sum::<u64>();
    vec![
        ("Entered", sum(|line| line.entered)),
        (words(Bucket::Queued), sum(|line| line.queued.count)),
        (words(Bucket::Refused), sum(|line| line.refused.count)),
        (words(Bucket::Pending), sum(|line| line.pending.count)),
        (words(Bucket::Completed), sum(|line| line.completed.count)),
        (words(Bucket::Rejected), sum(|line| line.rejected.count)),
        (words(Bucket::Expired), sum(|line| line.expired.count)),
    ]
}

fn line(tally: &Tally, now: Timestamp) -> Line {
    let (day, in_address) = times::shown(tally.day);
    let number = |bucket: Bucket| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("to", tally.to.as_str())
            .append_pair("day", &in_address)
            .append_pair("stands", bucket.as_str())
            .finish();
        Number {
            name: words(bucket),
            count: count(tally, bucket),
            list: format!("{}?{query}", paths::MESSAGES),
        }
    };
    let accepted = [
        Bucket::Pending,
        Bucket::Completed,
        Bucket::Rejected,
        Bucket::Expired,
    ];
    let accepted = accepted
        .into_iter()
        .map(|bucket| count(tally, bucket))
        .sum();
    let there: u64 = tally.buckets.iter().map(|(_, _, count, _)| count).sum();
    Line {
        to: tally.to.as_str().to_owned(),
        day,
        entered: tally.entered,
        accepted,
        refused: number(Bucket::Refused),
        queued: number(Bucket::Queued),
        pending: number(Bucket::Pending),
        completed: number(Bucket::Completed),
        rejected: number(Bucket::Rejected),
        expired: number(Bucket::Expired),
        off: off(tally.entered, there),
        late: late(tally, now),
    }
}

fn count(tally: &Tally, bucket: Bucket) -> u64 {
    let of_it = tally.buckets.iter().filter(|(found, ..)| *found == bucket);
    of_it.map(|(_, _, count, _)| count).sum()
}

/// Whether the sum comes out, in words if not.
fn off(entered: u64, there: u64) -> Option<String> {
    let (difference, how) = match entered.cmp(&there) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => (entered - there, "entered and nowhere to be found"),
        std::cmp::Ordering::Less => (there - entered, "here and never counted as entered"),
    };
    let (messages, are) = if difference == 1 {
        ("message", "was")
    } else {
        ("messages", "were")
    };
    Some(format!(
        "This does not add up: {difference} {messages} {are} {how}"
    ))
}

/// What is older than it should be.
fn late(tally: &Tally, now: Timestamp) -> Vec<String> {
    let mut late = Vec::new();
    for (bucket, kind, count, oldest) in &tally.buckets {
        let Some((why, from)) = overdue(*bucket, *kind, *oldest) else {
            continue;
        };
        if *count == 0 || from > now {
            continue;
        }
        let age = times::ago(*oldest, now);
        late.push(match why {
            Overdue::Queued => {
                format!("Longer in the queue than it should be: the oldest message was entered {age} ago")
            }
            Overdue::Refused => {
                format!("Refused and waiting for a person: {count}, the oldest entered {age} ago")
            }
            Overdue::Instant => format!(
                "An instant message that did not get into the record by itself: the oldest was entered {age} ago"
            ),
            Overdue::Review => format!(
                "Waits at the practice for longer than three days: the oldest was entered {age} ago"
            ),
            Overdue::Expired => format!("Never got into the record, for the time ran out: {count}"),
        });
    }
    late
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use model::OdsCode;
    use model::outbox::Kind;

    fn tally(entered: u64, buckets: Vec<(Bucket, Kind, u64, Timestamp)>) -> Tally {
        Tally {
            to: OdsCode::parse("GPPRAC001").unwrap(),
            day: 20_778,
            entered,
            buckets,
        }
    }

    fn noon() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_sums_come_out_and_nothing_is_late() {
        let line = line(
            &tally(
                7,
                vec![
                    (Bucket::Completed, Kind::Instant, 4, noon()),
                    (Bucket::Pending, Kind::Standard, 2, noon()),
                    (Bucket::Queued, Kind::Standard, 1, noon()),
                ],
            ),
            noon(),
        );
        assert_eq!((line.entered, line.accepted, line.queued.count), (7, 6, 1));
        assert_eq!((line.off, line.late.len()), (None, 0));
        assert_eq!(
            line.queued.list,
            "/console/messages?to=GPPRAC001&day=2026-11-21&stands=queued"
        );
    }

    #[test]
    fn of_very_many_lines_the_red_ones_are_shown() {
        let calm = || tally(1, vec![(Bucket::Completed, Kind::Standard, 1, noon())]);
        let mut tallies: Vec<_> = (0..MOST_LINES + 5).map(|_| calm()).collect();
        tallies.push(tally(2, Vec::new()));
        let lines = tallies.iter().map(|tally| line(tally, noon())).collect();
        let (lines, hidden) = shown(lines);
        assert_eq!((lines.len(), hidden), (MOST_LINES, 6));
        assert!(lines[0].is_red());
    }

    #[test]
    fn a_missing_message_is_told() {
        let missing = off(3, 2).unwrap();
        assert!(missing.contains("1 message was entered"), "{missing}");
        assert!(off(2, 4).unwrap().contains("2 messages were here"));
    }

    #[test]
    fn what_is_older_than_it_should_be_is_told_as_time_goes_by() {
        let tally = tally(
            2,
            vec![
                (Bucket::Queued, Kind::Standard, 1, noon()),
                (Bucket::Pending, Kind::Standard, 1, noon()),
            ],
        );
        let after = |minutes| late(&tally, noon() + SignedDuration::from_mins(minutes)).len();
        assert_eq!(after(14), 0);
        assert_eq!(after(16), 1);
        assert_eq!(after(3 * 24 * 60 + 1), 2);
    }
}
