//! The behaviours of every port, as functions that each back end runs.
//!
//! Every function takes an empty store, sets up what it needs and panics when a promise is broken. A
//! back end's test file says [`suite!`]`(crate::make)`, where `make()` is a future of
//! `(PlatformStore, kept)`; `kept` lives as long as the test. Attributes before `crate::make` are put on
//! every test: `suite!(#[ignore = "needs a server"] crate::make)`.

#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: their names are sentences, and a panic is their answer"
)]

pub mod accepting;
pub mod audit;
pub mod blobs;
pub mod condemning;
pub mod devices;
pub mod directory;
pub mod feed;
pub mod gateway;
pub mod health;
pub mod inbox;
pub mod life;
pub mod operators;
pub mod overseeing;
pub mod permissions;
pub mod retention;
pub mod time;
pub mod widgets;
pub mod withdrawing;
mod world;

#[cfg(test)]
mod tests;

/// Makes a `#[tokio::test]` of every function of the suite; see [`crate::conformance`].
#[macro_export]
macro_rules! conformance_suite {
    (@test [$(#[$attribute:meta])*] $make:path, $port:ident, $name:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        $(#[$attribute])*
        async fn $name() {
            let (store, _kept) = $make().await;
            $crate::conformance::$port::$name(store).await;
        }
    };
    (@ $attributes:tt $make:path; $($port:ident { $($name:ident,)+ })+) => {$(
        mod $port {
            $($crate::conformance_suite! { @test $attributes $make, $port, $name })+
        }
    )+};
    ($(#[$attribute:meta])* $make:path) => {
        $crate::conformance_suite! { @ [$(#[$attribute])*] $make;
            accepting {
                a_message_is_found_as_it_was_accepted,
                content_comes_back_as_it_was_sent,
                a_retry_is_the_same_and_writes_nothing,
                other_content_under_a_used_id_is_a_conflict,
                two_client_systems_may_use_one_id,
                of_two_hundred_at_once_one_is_new,
                a_withdrawn_token_is_refused_and_nothing_is_written,
                a_retry_after_withdrawal_is_still_the_same,
                an_instant_message_notes_the_tokens_last_use,
                both_sides_are_told,
                only_its_practitioner_is_told_of_an_instant_message,
                many_at_once_are_all_there,
            }
            audit {
                an_empty_log_is_whole,
                entries_are_numbered_and_read_newest_first,
                every_act_leaves_its_entry,
                a_log_written_by_many_at_once_is_whole,
                acts_that_change_nothing_leave_no_entry,
            }
            condemning {
                a_blob_that_a_message_names_is_not_condemned,
                a_message_that_names_a_condemned_blob_writes_nothing,
                a_condemned_blob_stops_only_those_that_name_it,
                a_retry_is_the_same_though_its_blob_is_condemned,
                a_blob_is_condemned_once,
                a_blob_condemned_by_many_at_once_is_one_callers,
                of_condemning_and_accepting_at_once_one_wins,
                condemned_blobs_that_were_left_are_taken_over_once,
            }
            devices {
                a_registration_key_is_kept,
                a_single_use_key_registers_one_device,
                a_single_use_key_raced_registers_one_device,
                a_key_for_many_registers_many,
                an_unknown_key_registers_nothing,
                devices_are_listed_oldest_first,
                blocking_a_device_ends_its_sessions,
                the_first_block_stands,
                removing_a_device_forgets_it_and_its_sessions,
                a_session_is_found_until_it_ends,
                an_assertion_signs_in_once,
                an_assertion_raced_signs_in_once,
                two_devices_may_use_one_assertion_id,
                touching_a_session_moves_its_last_use,
                old_sessions_and_assertions_are_forgotten,
                ending_a_session_wakes_the_practice,
            }
            directory {
                an_identity_is_kept,
                an_identity_raced_is_one,
                a_practice_is_added_once_and_renamed,
                practices_are_listed_by_code,
                client_systems_are_listed_by_name,
                a_client_system_is_disabled_and_enabled,
                a_client_system_may_send_instant_messages_or_not,
                an_api_key_is_found_with_its_owner,
                an_ended_key_is_still_found_and_an_earlier_end_stands,
                keys_are_listed_oldest_first,
                a_topic_is_added_once,
            }
            feed {
                an_empty_feed_is_at_place_zero,
                a_reader_goes_on_where_it_broke_off,
                feeds_do_not_mix,
                a_sender_hears_of_statuses_only,
                a_place_is_never_used_twice,
                only_old_rows_are_forgotten,
                no_row_is_forgotten_before_an_older_one,
                a_reader_learns_whether_it_may_have_missed_rows,
                waiting_readers_wake_after_a_commit,
                nobody_wakes_for_another_audience,
                a_reader_misses_nothing_while_many_write,
            }
            health {
                storage_answers,
            }
            inbox {
                what_waits_is_listed_oldest_first_in_pages,
                instant_messages_wait_for_their_practitioner_only,
                whoever_holds_a_message_is_named,
                converted_messages_wait_for_everyone,
                ended_messages_no_longer_wait,
                a_message_is_got_by_the_platforms_name,
                counts_follow_the_messages,
            }
            life {
                an_automatic_import_is_completed,
                a_review_ends_with_import_or_rejection,
                every_stage_is_read_as_it_was_written,
                of_two_claims_at_once_one_wins,
                a_held_message_cannot_be_claimed,
                a_lost_lease_cannot_complete,
                a_renewed_lease_holds_on,
                a_failed_import_waits_for_a_person_with_its_reason,
                a_released_message_goes_back,
                what_has_ended_never_changes,
                an_unknown_message_is_unknown,
                one_completion_counts,
            }
            operators {
                an_operator_is_made_once,
                wrong_passwords_are_counted_and_a_lock_is_noted,
                a_new_password_ends_sessions_and_the_lock,
                removing_an_operator_ends_the_sessions,
                an_operators_session_is_found_used_and_ended,
                a_new_session_takes_the_place_of_one_and_of_those_that_ended,
            }
            overseeing {
                messages_are_seen_newest_first_in_pages,
                messages_are_seen_by_where_they_stand,
                messages_are_seen_by_sender_and_age,
                a_message_is_seen_with_its_history_and_without_words,
                what_waits_is_counted_by_practice_and_age,
                toolbars_are_seen_with_their_last_use,
                a_blocked_toolbar_may_be_let_in_again,
                registration_keys_are_seen_until_they_end,
                nothing_is_dead_but_what_is_stuck,
            }
            permissions {
                a_code_is_exchanged_once,
                a_code_raced_gives_one_token,
                an_ended_code_is_wrong,
                ended_codes_are_dropped,
                five_wrong_codes_stop_a_client_system,
                wrong_codes_raced_stop_at_the_limit,
                wrong_codes_count_for_their_client_system_only,
                the_practitioner_is_told_that_a_code_was_used,
                a_token_is_found_by_its_hash,
                tokens_are_listed_newest_first,
            }
            retention {
                what_ended_long_ago_loses_its_content,
                what_ended_lately_keeps_its_content,
                what_waits_keeps_its_content,
                no_more_than_the_limit_is_emptied,
                little_is_emptied_at_a_time_when_there_is_much_in_it,
                a_blob_is_free_when_the_last_message_lets_go,
                a_blob_named_twice_by_one_message_is_free_once,
                messages_emptied_by_many_at_once_are_emptied_once,
            }
            time {
                a_message_converts_when_its_time_comes,
                sweeping_does_what_reading_would,
                a_refusal_still_writes_what_time_brought,
                steps_carry_their_own_times,
                a_clock_set_back_leaves_a_holder_one_lease,
                no_more_than_the_limit_is_settled,
                nothing_is_settled_before_its_time,
                finer_times_than_milliseconds_do_no_harm,
                messages_settled_by_many_at_once_are_settled_once,
            }
            widgets {
                a_widget_is_kept_as_it_was_registered,
                the_same_again_is_no_change,
                a_change_must_be_approved_again,
                a_name_belongs_to_its_client_system,
                a_widget_registered_by_many_at_once_is_one,
                changes_at_once_are_counted,
                it_is_shown_where_it_was_approved,
                a_refused_widget_says_why_and_nobody_sees_it,
                each_practitioner_hides_for_themselves,
                a_launch_is_noted_and_its_tokens_work_once,
                a_token_raced_opens_one_widget,
            }
            withdrawing {
                only_its_practitioner_withdraws_a_token,
                a_token_is_withdrawn_once,
                messages_under_the_token_turn_into_standard_ones,
                an_import_under_way_may_still_complete,
                messages_under_other_tokens_stay,
                accepting_and_withdrawing_at_once_leaves_no_instant_message,
            }
        }
    };
}

#[doc(inline)]
pub use crate::conformance_suite as suite;
