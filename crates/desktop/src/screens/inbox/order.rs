//! Which messages the list shows, and in which order: worked out when something changed, not for every frame.

use super::InboxState;
use crate::snapshot::{Inbox, Row, Why};
use std::cmp::Ordering;
use std::sync::Arc;

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    /// The patient's name; patients whose name is not known come last, by NHS number.
    Patient,
    /// Sender.
    Sender,
    /// Topic.
    Topic,
    /// How long it has waited, longest first.
    #[default]
    Age,
    /// When its time runs out, soonest first.
    Expires,
    /// Why it waits, failures first.
    Why,
}

impl Column {
    pub(super) const ALL: [Self; 6] = [
        Self::Patient,
        Self::Sender,
        Self::Topic,
        Self::Age,
        Self::Expires,
        Self::Why,
    ];

    /// Its heading.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Sender => "From",
            Self::Topic => "Topic",
            Self::Age => "Waiting",
            Self::Expires => "Expires",
            Self::Why => "Why it waits",
        }
    }

    fn compare(self, a: &Row, b: &Row) -> Ordering {
        match self {
            Self::Patient => {
                let key = |row: &Row| (row.patient.is_none(), row.patient.clone());
                key(a)
                    .cmp(&key(b))
                    .then_with(|| a.nhs_number.as_str().cmp(b.nhs_number.as_str()))
            }
            Self::Sender => a.sender.cmp(&b.sender),
            Self::Topic => a.topic.cmp(&b.topic),
            Self::Age => Ordering::Equal,
            Self::Expires => a.expires_at.cmp(&b.expires_at),
            Self::Why => a.why.cmp(&b.why),
        }
        .then_with(|| a.received_at.cmp(&b.received_at))
    }
}

/// Which messages are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Filter {
    /// All.
    #[default]
    All,
    /// Those whose import failed.
    Failed,
    /// Those that nobody took in time.
    TimedOut,
    /// Those that were sent for review.
    Standard,
}

impl Filter {
    pub(super) const ALL: [Self; 4] = [Self::All, Self::Failed, Self::TimedOut, Self::Standard];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Failed => "Failed",
            Self::TimedOut => "Timed out",
            Self::Standard => "Standard",
        }
    }

    /// Whether it lets `row` through.
    pub(super) fn takes(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Failed => row.why == Why::Failed,
            Self::TimedOut => row.why == Why::TimedOut,
            Self::Standard => row.why == Why::Standard,
        }
    }
}

/// The order found last, and what it was found for.
#[derive(Default)]
pub(crate) struct Order {
    inbox: Option<Arc<Inbox>>,
    key: (Column, bool, Filter, String),
    /// Places in [`Inbox::rows`], in the order of the list.
    pub(super) rows: Vec<usize>,
    /// How many each filter lets through, in the order of [`Filter::ALL`].
    pub(super) counts: [usize; 4],
}

impl Order {
    /// The row at `place` of the list.
    pub(super) fn row<'a>(&self, inbox: &'a Inbox, place: usize) -> Option<&'a Row> {
        inbox.rows.get(*self.rows.get(place)?)
    }

    /// Where in the list the message is.
    pub(super) fn place(&self, inbox: &Inbox, reference: &str) -> Option<usize> {
        (0..self.rows.len()).find(|&place| {
            self.row(inbox, place)
                .is_some_and(|row| row.reference == reference)
        })
    }
}

/// Brings the order up to date.
pub(super) fn refresh(local: &mut InboxState, inbox: &Arc<Inbox>) {
    let key = (
        local.column,
        local.backwards,
        local.filter,
        local.search.trim().to_lowercase(),
    );
    let same_inbox = local
        .order
        .inbox
        .as_ref()
        .is_some_and(|known| Arc::ptr_eq(known, inbox));
    if same_inbox && local.order.key == key {
        return;
    }
    let (column, backwards, filter, sought) = &key;
    let mut rows: Vec<(usize, &Row)> = inbox
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| filter.takes(row) && matches(row, sought))
        .collect();
    rows.sort_by(|(_, a), (_, b)| {
        let order = column.compare(a, b);
        if *backwards { order.reverse() } else { order }
    });
    let rows = rows.into_iter().map(|(place, _)| place).collect();
    let counts = Filter::ALL.map(|each| inbox.rows.iter().filter(|row| each.takes(row)).count());
    local.order = Order {
        inbox: Some(Arc::clone(inbox)),
        key,
        rows,
        counts,
    };
}

/// Whether every word that was typed is somewhere in the row. An NHS number is found with and without its spaces.
fn matches(row: &Row, sought: &str) -> bool {
    if sought.is_empty() {
        return true;
    }
    let digits: String = sought.split_whitespace().collect();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) && row.nhs_number.as_str().contains(&digits)
    {
        return true;
    }
    let all = format!(
        "{} {} {} {} {}",
        row.patient.as_deref().unwrap_or_default(),
        row.nhs_number.as_str(),
        row.sender,
        row.topic,
        crate::topic::in_words(&row.topic)
    )
    .to_lowercase();
    sought.split_whitespace().all(|word| all.contains(word))
}
