//! What shall happen at which point: read from a setting, counted while the process runs.

use crate::Point;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// What shall happen at which points, as the opening of this crate writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan(Vec<Rule>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    point: Point,
    pub(crate) action: Action,
    pub(crate) when: When,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Kill,
    Delay(Duration),
    Hold,
    Fail,
    Full,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum When {
    Always,
    /// At this hit only.
    Hit(u64),
    /// For as long as this file exists.
    Exists(PathBuf),
}

/// Why a plan can't be armed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// A part without `=`.
    #[error("`{0}` is no fault; write POINT=ACTION, for example `commit=kill@3`")]
    NoFault(String),
    /// No such point.
    #[error("there is no fault point `{0}`")]
    UnknownPoint(String),
    /// No such action.
    #[error("`{0}` is no action; there are `kill`, `delay:50ms`, `hold`, `fail` and `full`")]
    UnknownAction(String),
    /// Neither a number from 1 on nor an absolute path.
    #[error("`@{0}` says no time; write `@HIT`, beginning with 1, or `@FILE` with its whole path")]
    UnknownTime(String),
    /// Nothing would end it.
    #[error("`hold` needs the file that ends it: `hold@FILE`")]
    EndlessHold,
    /// The point is not beside disk work.
    #[error("`{0}` can only kill; it is not beside disk work")]
    OnlyKills(Point),
    /// There is a plan in this process.
    #[error("fault points are armed already")]
    ArmedAlready,
}

impl FromStr for Plan {
    type Err = BadPlan;

    fn from_str(text: &str) -> Result<Self, BadPlan> {
        let rules = text.split(',').map(|rule| rule.trim().parse());
        rules.collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Rule {
    type Err = BadPlan;

    fn from_str(text: &str) -> Result<Self, BadPlan> {
        let bad = || BadPlan::NoFault(text.to_owned());
        let (point, action) = text.split_once('=').ok_or_else(bad)?;
        let known = Point::ALL.iter().find(|known| known.as_str() == point);
        let point = *known.ok_or_else(|| BadPlan::UnknownPoint(point.to_owned()))?;
        let (action, when) = match action.split_once('@') {
            Some((action, when)) => (action, when.parse()?),
            None => (action, When::Always),
        };
        let action: Action = action.parse()?;
        if action == Action::Hold && !matches!(when, When::Exists(_)) {
            return Err(BadPlan::EndlessHold);
        }
        if action != Action::Kill && !point.is_disk() {
            return Err(BadPlan::OnlyKills(point));
        }
        Ok(Self {
            point,
            action,
            when,
        })
    }
}

impl FromStr for Action {
    type Err = BadPlan;

    fn from_str(text: &str) -> Result<Self, BadPlan> {
        let bad = || BadPlan::UnknownAction(text.to_owned());
        match text.split_once(':') {
            None => match text {
                "kill" => Ok(Self::Kill),
                "hold" => Ok(Self::Hold),
                "fail" => Ok(Self::Fail),
                "full" => Ok(Self::Full),
                _ => Err(bad()),
            },
            Some(("delay", time)) => duration(time).map(Self::Delay).ok_or_else(bad),
            Some(_) => Err(bad()),
        }
    }
}

impl FromStr for When {
    type Err = BadPlan;

    fn from_str(text: &str) -> Result<Self, BadPlan> {
        let file = PathBuf::from(text);
        match text.parse() {
            Ok(hit) if hit > 0 => Ok(Self::Hit(hit)),
            Err(_) if file.is_absolute() => Ok(Self::Exists(file)),
            _ => Err(BadPlan::UnknownTime(text.to_owned())),
        }
    }
}

/// Whole milliseconds or seconds.
fn duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(number) => number.parse().ok().map(Duration::from_millis),
        None => text
            .strip_suffix('s')?
            .parse()
            .ok()
            .map(Duration::from_secs),
    }
}

/// A plan at work.
pub(crate) struct Armed {
    plan: Plan,
    hits: [AtomicU64; Point::ALL.len()],
}

impl Armed {
    pub(crate) fn new(plan: Plan) -> Self {
        let hits = [const { AtomicU64::new(0) }; Point::ALL.len()];
        Self { plan, hits }
    }

    /// Counts a hit; what shall happen.
    #[cold]
    pub(crate) fn hit(&self, point: Point) -> Option<&Rule> {
        let count = self.hits.get(point as usize)?;
        let hit = count.fetch_add(1, Ordering::Relaxed) + 1;
        let Plan(rules) = &self.plan;
        let now = |when: &When| match when {
            When::Always => true,
            When::Hit(wanted) => *wanted == hit,
            When::Exists(file) => file.exists(),
        };
        rules
            .iter()
            .find(|rule| rule.point == point && now(&rule.when))
    }
}
