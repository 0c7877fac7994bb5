//! Cells are read as what they are, or not at all.

use super::*;
use jiff::Timestamp;
use model::message::{Status, SubStatus};
use model::{Hash, MessageRef, OdsCode};

/// Cells in a list; a missing one is of a type that nobody knows.
struct Row<'a>(std::vec::IntoIter<Option<Value<'a>>>);

impl<'a> Row<'a> {
    fn of(cells: Vec<Option<Value<'a>>>) -> Self {
        Self(cells.into_iter())
    }
}

impl Cells for Row<'_> {
    fn next(&mut self) -> Option<Value<'_>> {
        self.0.next().flatten()
    }
}

#[test]
fn every_status_is_read_as_it_is_written() {
    for status in Status::ALL {
        assert_eq!(Cell::read(Value::Text(status.as_str())), Some(status));
    }
    for sub_status in SubStatus::ALL {
        assert_eq!(
            Cell::read(Value::Text(sub_status.as_str())),
            Some(sub_status)
        );
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(u32::read(Value::Int(-1)), None);
    assert_eq!(u64::read(Value::Int(-1)), None);
    assert_eq!(u32::read(Value::Int(1 << 32)), None);
    assert_eq!(bool::read(Value::Int(2)), None);
    assert_eq!(i64::read(Value::Text("1")), None);
    assert_eq!(String::read(Value::Bytes(b"text")), None);
    assert_eq!(Timestamp::read(Value::Int(i64::MAX)), None);
    assert_eq!(Hash::read(Value::Bytes(&[0; 31])), None);
    assert_eq!(MessageRef::read(Value::Bytes(&[0; 15])), None);
    assert_eq!(OdsCode::read(Value::Text("not a code")), None);
    assert_eq!(Status::read(Value::Text("accepted")), None);
    assert_eq!(i64::read(Value::Null), None);
    assert_eq!(Option::<i64>::read(Value::Null), Some(None));
    assert_eq!(Option::<i64>::read(Value::Text("1")), None);
}

#[test]
fn cells_are_taken_from_left_to_right_and_a_bad_one_names_its_place() {
    let cells = vec![Some(Value::Int(7)), None, Some(Value::Text("x"))];
    let mut row = Row::of(cells);
    assert_eq!(row.take::<i64>("table.first").unwrap(), 7);
    for place in ["table.second", "table.third", "table.fourth"] {
        let error = row.take::<Option<i64>>(place).unwrap_err();
        assert!(error.to_string().ends_with(place), "{error}");
        assert!(matches!(error, StoreError::Inconsistent { .. }));
    }
}

#[test]
fn a_number_beyond_the_limit_is_the_limit() {
    assert_eq!(int(5_usize), 5);
    assert_eq!(int(u64::MAX), i64::MAX);
}
