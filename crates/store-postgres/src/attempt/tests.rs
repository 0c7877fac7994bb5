//! What is tried again and what is not.

use super::*;
use store::StoreError;

fn not(class: Class) -> Unfinished {
    let mut trouble = Trouble::silence();
    trouble.class = class;
    Unfinished::Not(trouble)
}

#[test]
fn what_certainly_did_not_happen_is_tried_again_when_that_may_help() {
    for repeatable in [false, true] {
        assert!(is_worth_another_try(&not(Class::Again), repeatable));
        assert!(is_worth_another_try(&not(Class::Gone), repeatable));
        assert!(!is_worth_another_try(&not(Class::Unavailable), repeatable));
        assert!(!is_worth_another_try(&not(Class::Fault), repeatable));
    }
}

#[test]
fn what_may_have_happened_is_tried_again_only_when_twice_is_once() {
    let doubt = || Unfinished::InDoubt(Trouble::silence());
    assert!(is_worth_another_try(&doubt(), true));
    assert!(!is_worth_another_try(&doubt(), false));
}

#[test]
fn a_refusal_is_an_answer() {
    let refused = Unfinished::Refused(StoreError::Inconsistent { place: "message" });
    assert!(!is_worth_another_try(&refused, true));
}
