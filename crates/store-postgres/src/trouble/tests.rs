//! Which codes lead to another try.

use super::*;

#[test]
fn whoever_was_in_the_way_may_be_gone_the_next_time() {
    for code in ["40001", "40P01", "55P03"] {
        assert_eq!(class_of(code, false), Class::Again, "{code}");
    }
}

#[test]
fn a_server_that_goes_away_or_only_reads_is_left_for_another_one() {
    for code in [
        "57P01", "57P02", "57P03", "25006", "53300", "08006", "25P03",
    ] {
        assert_eq!(class_of(code, true), Class::Gone, "{code}");
    }
    // Whatever ends the connection.
    assert_eq!(class_of("XX000", true), Class::Gone);
}

#[test]
fn what_no_second_try_mends_is_told_at_once() {
    for code in ["57014", "53100", "53200", "58030", "28P01", "3D000"] {
        assert_eq!(class_of(code, false), Class::Unavailable, "{code}");
    }
    for code in ["23505", "23514", "22P02", "42P01", "XX001"] {
        assert_eq!(class_of(code, false), Class::Fault, "{code}");
    }
}
