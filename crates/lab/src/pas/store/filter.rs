//! Conditions of a search, put together as SQL with its arguments beside it.

use super::super::patient::folded;
use jiff::civil::Date;
use std::fmt::Write;
use wire::fhir_r4::{NHS_NUMBER, search::Token};

/// More words than any name has; SQLite takes no expression of any depth.
const MOST_WORDS: usize = 100;

/// All of its conditions must hold. Column names come from this file only, values are arguments.
#[derive(Debug, Default)]
pub(in super::super) struct Filter {
    clauses: Vec<String>,
    args: Vec<String>,
}

/// How a date of birth is to compare (FHIR's prefixes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Compare {
    Equal,
    NotEqual,
    /// After the whole period.
    After,
    /// Before the whole period.
    Before,
    AtOrAfter,
    AtOrBefore,
}

impl Filter {
    /// What stands after `where`.
    pub(super) fn sql(&self) -> String {
        if self.clauses.is_empty() {
            "true".to_owned()
        } else {
            self.clauses.join(" and ")
        }
    }

    pub(super) fn args(&self) -> impl Iterator<Item = &str> {
        self.args.iter().map(String::as_str)
    }

    /// Any one of these conditions, each with its arguments.
    fn any(&mut self, alternatives: Vec<(String, Vec<String>)>) {
        let mut clauses = Vec::with_capacity(alternatives.len());
        for (clause, args) in alternatives {
            clauses.push(clause);
            self.args.extend(args);
        }
        let clause = if clauses.is_empty() {
            "false".to_owned()
        } else {
            clauses.join(" or ")
        };
        self.clauses.push(format!("({clause})"));
    }

    /// The resource is one of these.
    pub(in super::super) fn id(&mut self, ids: &[String]) {
        self.any(
            ids.iter()
                .map(|id| ("id = ?".to_owned(), vec![id.clone()]))
                .collect(),
        );
    }

    /// It is in the record of one of these patients.
    pub(in super::super) fn patient(&mut self, ids: &[String]) {
        self.any(
            ids.iter()
                .map(|id| ("patient_id = ?".to_owned(), vec![id.clone()]))
                .collect(),
        );
    }

    /// A document or observation carries one of these identifiers.
    pub(in super::super) fn identifier(&mut self, resource_type: &str, tokens: &[Token]) {
        let alternatives = tokens.iter().map(|token| {
            let mut clause =
                "id in (select resource_id from identifiers where resource_type = ?".to_owned();
            let mut args = vec![resource_type.to_owned()];
            for (column, wanted) in [("system", &token.system), ("value", &token.value)] {
                if let Some(wanted) = wanted {
                    let _ = write!(clause, " and {column} = ?");
                    args.push(wanted.clone());
                }
            }
            (clause + ")", args)
        });
        let alternatives = alternatives.collect();
        self.any(alternatives);
    }

    /// A patient has one of these identifiers; the NHS number is the only one they have.
    pub(in super::super) fn nhs_number(&mut self, tokens: &[Token]) {
        let alternatives = tokens
            .iter()
            .filter(|t| t.system.as_deref().is_none_or(|s| s == NHS_NUMBER));
        let alternatives = alternatives.map(|token| match &token.value {
            Some(value) => ("nhs_number = ?".to_owned(), vec![value.clone()]),
            None => ("true".to_owned(), Vec::new()),
        });
        let alternatives = alternatives.collect();
        self.any(alternatives);
    }

    /// A patient has this NHS number.
    pub(in super::super) fn exact_number(&mut self, number: &str) {
        self.clauses.push("nhs_number = ?".to_owned());
        self.args.push(number.to_owned());
    }

    /// A patient's NHS number holds these digits.
    pub(in super::super) fn digits(&mut self, digits: &str) {
        self.clauses.push("instr(nhs_number, ?) > 0".to_owned());
        self.args.push(digits.to_owned());
    }

    /// Each word of one of these names begins a word of the patient's name.
    pub(in super::super) fn name(&mut self, names: &[&str]) {
        let alternatives = names.iter().map(|name| {
            let folded = folded(name);
            let words: Vec<_> = folded
                .split(' ')
                .filter(|w| !w.is_empty())
                .map(|w| format!(" {w}"))
                .collect();
            if words.is_empty() || words.len() > MOST_WORDS {
                return ("false".to_owned(), Vec::new());
            }
            (
                vec!["instr(search_name, ?) > 0"; words.len()].join(" and "),
                words,
            )
        });
        let alternatives = alternatives.collect();
        self.any(alternatives);
    }

    /// The date of birth compares so with one of these periods, first and last day.
    pub(in super::super) fn born(&mut self, periods: &[(Compare, Date, Date)]) {
        let alternatives = periods.iter().map(|(compare, first, last)| {
            let (first, last) = (first.to_string(), last.to_string());
            match compare {
                Compare::Equal => ("birth_date between ? and ?".to_owned(), vec![first, last]),
                Compare::NotEqual => (
                    "birth_date not between ? and ?".to_owned(),
                    vec![first, last],
                ),
                Compare::After => ("birth_date > ?".to_owned(), vec![last]),
                Compare::Before => ("birth_date < ?".to_owned(), vec![first]),
                Compare::AtOrAfter => ("birth_date >= ?".to_owned(), vec![first]),
                Compare::AtOrBefore => ("birth_date <= ?".to_owned(), vec![last]),
            }
        });
        let alternatives = alternatives.collect();
        self.any(alternatives);
    }
}
