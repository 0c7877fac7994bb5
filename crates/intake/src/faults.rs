//! Collects every fault of a request and tells them in document order.
//!
//! The order: members as they came; a member that is missing stands where the contract would have it,
//! after the nearest earlier one that came. So a request written in the contract's order, and one in
//! any other, both read from top to bottom.

use httpkit::problem::Refusal;
use wire::problem::{InvalidParameter, ProblemType};

/// A value longer than this is left out of an answer (contract A.6).
const MAX_VALUE: usize = 100;

/// Where a fault stands: one number a level.
pub(crate) type Order = Vec<i64>;

/// Faults so far.
#[derive(Default)]
pub struct Faults {
    all: Vec<(Order, InvalidParameter)>,
    harmful: bool,
}

impl Faults {
    /// A fault whose value must not be repeated.
    pub fn add(&mut self, at: &Place, reason: &str) {
        self.push(at, reason, None);
    }

    /// A fault whose value may be repeated, unless it is long or holds an NHS number.
    pub fn add_value(&mut self, at: &Place, reason: &str, value: &str) {
        let shown = value.chars().count() <= MAX_VALUE && !holds_nhs_number(value);
        self.push(at, reason, shown.then(|| value.to_owned()));
    }

    fn push(&mut self, at: &Place, reason: &str, value: Option<String>) {
        let mut letters = reason.chars();
        let first = letters.next().map(char::to_uppercase);
        let reason = first.into_iter().flatten().chain(letters).collect();
        let fault = InvalidParameter {
            name: at.name.clone(),
            reason,
            value,
        };
        self.all.push((at.order.clone(), fault));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Notes that content is harmful, which makes the whole answer another problem.
    pub fn harmful(&mut self) {
        self.harmful = true;
    }

    /// All of them, in document order.
    pub fn in_order(mut self) -> Vec<InvalidParameter> {
        self.all.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.all.into_iter().map(|(_, fault)| fault).collect()
    }

    /// The answer to a request with these faults.
    pub fn refusal(self) -> Refusal {
        let kind = if self.harmful {
            ProblemType::UnsafeContent
        } else {
            ProblemType::ValidationError
        };
        Refusal::faults(kind, self.in_order())
    }
}

/// A place in a request: its name, and where it stands.
#[derive(Clone, Debug)]
pub struct Place {
    name: String,
    order: Order,
}

impl Place {
    /// The request as a whole.
    pub fn root() -> Self {
        Self {
            name: "$".to_owned(),
            order: Vec::new(),
        }
    }

    /// A part of the request that holds a whole document: its members go by their own names.
    pub(crate) fn document(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            order: Vec::new(),
        }
    }

    /// Something beside the members, where `order` puts it.
    pub(crate) fn beside(name: &str, order: Order) -> Self {
        Self {
            name: name.to_owned(),
            order,
        }
    }

    /// A header: headers come before the body.
    pub fn header(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            order: vec![i64::MIN],
        }
    }

    /// A member of this object.
    pub(crate) fn member(&self, name: &str, order: i64) -> Self {
        let name = if self.order.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.name)
        };
        Self {
            name,
            order: self.down(order),
        }
    }

    /// An item of this list.
    pub(crate) fn item(&self, index: usize) -> Self {
        let order = i64::try_from(index).unwrap_or(i64::MAX);
        Self {
            name: format!("{}[{index}]", self.name),
            order: self.down(order),
        }
    }

    fn down(&self, order: i64) -> Order {
        self.order.iter().copied().chain([order]).collect()
    }
}

/// Whether some ten digits in a row, spaces and hyphens apart, are an NHS number.
fn holds_nhs_number(text: &str) -> bool {
    let mut digits = String::new();
    for c in text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .chain(['.'])
    {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let windows = digits.len().saturating_sub(9);
        if (0..windows).any(|start| {
            digits
                .get(start..start + 10)
                .is_some_and(|ten| model::NhsNumber::parse(ten).is_ok())
        }) {
            return true;
        }
        digits.clear();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_may_be_about_a_patient_or_are_long_are_left_out() {
        let mut faults = Faults::default();
        let place = Place::root().member("topic", 0);
        for value in [
            "short",
            "about 954 785 2140",
            "x9547852140y",
            "95478521401",
            &"a".repeat(101),
        ] {
            faults.add_value(&place, "must be known", value);
        }
        let shown: Vec<_> = faults
            .in_order()
            .into_iter()
            .map(|fault| fault.value)
            .collect();
        assert_eq!(shown, [Some("short".to_owned()), None, None, None, None]);
    }

    #[test]
    fn reasons_begin_with_a_capital() {
        let mut faults = Faults::default();
        faults.add(&Place::header("AccessToken"), "is required");
        assert_eq!(faults.in_order()[0].reason, "Is required");
    }
}
