//! The behaviours of the gateway's ports, as functions that each back end runs.
//!
//! As [`crate::conformance`], for a [`GatewayStore`](crate::gateway::GatewayStore): a back end's test file says
//! [`suite!`]`(crate::make)`, where `make()` is a future of `(GatewayStore, kept)`; attributes before `crate::make` are put
//! on every test.

pub mod access;
pub mod accounts;
pub mod attempts;
pub mod deliveries;
pub mod emptying;
pub mod entering;
pub mod events;
pub mod flights;
pub mod following;
pub mod journal;
pub mod late;
pub mod launches;
pub mod linking;
pub mod listing;
pub mod patients;
mod people;
pub mod pieces;
pub mod releasing;
mod sealing;
pub mod sending;
pub mod stopping;
pub mod tallying;
mod telling;
pub mod tokens;
pub mod turns;
pub mod users;
pub mod vault;
pub mod webhooks;
mod world;

/// Makes a `#[tokio::test]` of every function of the gateway's suite; see [`crate::conformance::gateway`].
#[macro_export]
macro_rules! gateway_conformance_suite {
    (@test [$(#[$attribute:meta])*] $make:path, $port:ident, $name:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        $(#[$attribute])*
        async fn $name() {
            let (store, _kept) = $make().await;
            $crate::conformance::gateway::$port::$name(store).await;
        }
    };
    (@ $attributes:tt $make:path; $($port:ident { $($name:ident,)* })+) => {$(
        mod $port {
            $($crate::gateway_conformance_suite! { @test $attributes $make, $port, $name })*
        }
    )+};
    ($(#[$attribute:meta])* $make:path) => {
        $crate::gateway_conformance_suite! { @ [$(#[$attribute])*] $make;
            access {
                a_key_is_found_by_its_public_part,
                keys_of_the_product_are_listed_oldest_first,
                an_ended_key_is_found_and_an_earlier_end_stands,
                an_operator_is_made_once,
                wrong_passwords_are_counted_and_lock,
                a_new_password_ends_sessions_and_the_lock,
                removing_an_operator_ends_the_sessions,
                a_session_is_found_used_and_ended,
                sessions_that_ended_go_when_another_begins,
                a_lease_raced_is_one_holders,
                a_lease_is_kept_by_its_holder_until_it_ends,
                a_note_stays_with_its_lease,
                a_lease_that_is_given_back_is_free,
            }
            accounts {
                an_account_comes_with_its_patient,
                an_address_and_an_id_are_one_accounts,
                an_address_raced_is_one_accounts,
                wrong_passwords_of_a_patient_are_counted_and_lock,
                a_patients_new_password_ends_sessions_and_the_lock,
                a_patients_session_is_found_used_and_ended,
                a_session_takes_the_place_of_the_one_before,
                patients_sessions_that_ended_go_when_another_begins,
                nobody_signs_in_without_an_account,
            }
            attempts {
                an_attempt_is_found_by_its_state,
                an_attempt_is_told_when_it_begins,
                nothing_begins_under_a_key_that_is_not_there,
                the_oldest_attempts_of_a_patient_go_when_there_are_too_many,
                attempts_begun_by_many_at_once_are_no_more_than_allowed,
                a_state_is_used_up_once,
                an_old_state_is_not_used_up,
                what_came_of_an_attempt_waits_for_the_products_word,
                a_failed_attempt_is_told_and_leaves_nothing,
                every_failure_is_read_as_it_was_told,
                attempts_that_are_over_are_swept_and_told_once,
                many_old_attempts_of_a_patient_are_told_once,
                an_old_attempt_is_not_told_while_another_is_under_way,
                an_old_attempt_is_not_told_where_there_is_a_link,
                an_attempt_beside_a_link_is_not_told_as_pending,
                ending_a_link_ends_every_attempt,
                ending_without_a_link_cancels_attempts_and_tells_it_once,
                of_sweeping_and_linking_at_once_one_wins,
            }
            deliveries {
                a_delivery_is_owed_to_each_that_wants_it,
                one_added_later_hears_nothing_earlier,
                nothing_is_claimed_before_it_is_due,
                deliveries_raced_are_claimed_once,
                no_endpoint_takes_more_than_its_share,
                the_oldest_are_claimed_first,
                a_busy_endpoint_is_left_alone,
                a_claim_comes_back_when_its_lease_ends,
                an_answer_ends_a_delivery_or_puts_it_off,
                what_has_ended_is_not_owed_again,
                deliveries_are_listed_newest_first,
                what_is_owed_is_counted,
                ended_deliveries_are_forgotten,
            }
            emptying {
                what_ended_long_ago_loses_its_content,
                what_still_matters_keeps_its_content,
                what_was_never_taken_loses_its_content_after_its_time,
                what_was_refused_keeps_its_content_from_then_on_and_while_its_time_runs,
                no_more_than_the_limit_is_emptied,
                messages_emptied_by_many_at_once_are_emptied_once,
                an_emptied_message_is_still_the_same,
            }
            entering {
                a_message_is_found_as_it_was_entered,
                content_comes_back_as_it_was_entered,
                the_same_again_tells_where_it_stands,
                a_call_repeated_because_its_answer_was_lost_is_new_once,
                other_content_under_a_used_id_is_a_conflict,
                a_message_whose_upload_was_swept_writes_nothing,
                of_many_entered_at_once_one_is_new,
                an_entry_is_told_and_wakes_whoever_sends,
            }
            events {
                an_empty_feed_is_at_place_zero,
                a_message_is_told_in_one_order,
                everything_about_users_is_told,
                everything_about_patients_is_told,
                a_reader_goes_on_where_it_broke_off,
                tests_of_endpoints_are_told_to_them_alone,
                a_message_has_at_most_five_hundred_events_to_read,
                only_old_events_are_forgotten_from_the_beginning,
                no_event_is_forgotten_before_its_deliveries_ended,
                whoever_waits_for_events_is_woken,
                a_reader_misses_nothing_while_many_write,
            }
            flights {
                a_flight_raced_is_one_callers,
                a_flight_is_for_the_present_tokens,
                there_is_no_flight_without_a_link,
                a_call_is_noted_once_by_whoever_has_the_flight,
                nothing_is_sent_after_the_lease_ended,
                new_tokens_take_the_place_of_the_former,
                a_landing_may_be_repeated,
                what_was_not_spent_is_tried_again,
                a_risk_is_told_once_for_each_reason,
                a_session_that_is_over_ends_the_tokens,
                an_older_flight_changes_nothing,
                new_tokens_under_a_key_that_is_not_there_are_not_kept,
                a_flight_whose_tokens_went_meanwhile_is_dropped,
                landing_and_unlinking_at_once_leaves_no_tokens,
            }
            following {
                looks_that_are_due_are_claimed_longest_due_first,
                looks_raced_are_claimed_once,
                the_platforms_word_is_kept_and_told,
                an_end_is_noted_and_never_changes,
                an_older_word_is_not_taken,
                a_look_without_an_answer_moves_the_next_one,
                only_an_accepted_message_is_followed,
                an_end_told_by_many_at_once_is_told_once,
                after_a_gap_all_that_is_pending_is_looked_at,
            }
            journal {
                the_journal_tells_of_each_flight,
                old_lines_of_the_journal_are_forgotten,
                links_that_are_due_are_found_longest_due_first,
                no_generation_and_no_fence_comes_twice,
            }
            late {
                a_flight_that_had_not_called_is_free_after_its_lease,
                a_flight_that_had_called_is_lost_after_its_lease,
                an_answer_given_up_as_lost_may_still_come,
                a_lost_answer_that_brings_no_tokens_changes_nothing,
                a_lost_answer_comes_too_late_after_a_new_authorisation,
                a_lost_answer_comes_too_late_after_unlinking,
                landing_and_settling_at_once_leaves_the_tokens,
                flights_whose_leases_ended_are_settled,
                all_flights_are_settled_when_nobody_else_can_be_at_them,
                a_clock_set_back_leaves_a_flight_one_lease,
            }
            launches {
                secrets_of_a_widget_are_listed_newest_first,
                only_the_newest_secret_of_a_widget_is_kept,
                a_practitioner_nobody_knows_becomes_a_user,
                a_launch_finds_the_user_who_is_the_practitioner,
                the_same_practitioner_at_another_practice_is_another_user,
                the_product_says_who_somebody_is_at_each_practice,
                a_token_works_once,
                a_token_raced_works_once,
                a_practitioner_raced_is_one_user,
                a_users_own_id_is_not_taken_over,
                the_product_says_who_somebody_is_once,
                nobody_is_two_practitioners_and_no_practitioner_two_users,
                who_is_who_raced_is_said_once,
                a_deleted_user_is_no_practitioner,
                a_token_is_remembered_until_its_time_is_over,
            }
            linking {
                a_burned_attempt_becomes_a_link,
                an_attempt_that_waits_becomes_a_link,
                an_attempt_makes_one_link,
                only_a_burned_attempt_whose_time_is_not_over_makes_a_link,
                a_patient_deleted_meanwhile_is_not_linked,
                a_link_is_not_made_under_a_key_that_is_not_there,
                another_persons_record_is_refused_and_the_link_stays,
                a_record_is_one_patients,
                a_record_raced_is_one_patients,
                whoever_authorises_again_keeps_the_pair_and_gets_new_tokens,
                a_new_authorisation_leaves_no_risk_and_no_failures,
                a_link_without_details_keeps_those_of_the_same_person,
                an_unlinked_patient_keeps_nothing_of_the_link,
                only_what_stands_or_stood_lately_is_unlinked,
                an_unlinked_patient_may_link_any_record,
                unlinking_and_linking_at_once_leaves_no_link,
            }
            listing {
                messages_are_paged_newest_first,
                messages_are_found_by_state_and_bucket,
                messages_are_found_by_user_and_practice,
                messages_are_found_by_their_entry,
            }
            patients {
                a_patient_is_put_once,
                putting_a_patient_again_changes_nothing,
                patients_are_listed_by_id_in_pages,
                patients_are_found_by_the_state_of_their_link,
                links_at_risk_are_found,
                an_attempt_under_way_shows_where_there_is_no_link,
                counts_of_patients_follow_them,
                a_deleted_patient_leaves_nothing,
                deleting_who_is_not_linked_tells_nothing,
                a_patient_made_anew_begins_anew,
            }
            pieces {
                pieces_come_back_as_they_were_stored,
                a_second_piece_in_one_place_is_refused,
                an_abandoned_upload_is_gone,
                a_claimed_upload_is_neither_abandoned_nor_swept,
                old_uploads_that_nobody_claimed_are_swept,
                of_sweeping_and_entering_at_once_one_wins,
            }
            releasing {
                a_released_message_is_queued_as_it_was,
                what_is_mended_changes_and_nothing_else,
                only_a_refused_message_is_released,
                a_message_without_its_content_is_not_released,
            }
            sending {
                a_claimed_message_has_all_that_it_carries,
                claims_raced_give_each_message_once,
                the_longest_due_come_first_up_to_the_limit,
                nothing_is_claimed_before_it_is_due,
                an_old_fence_writes_nothing,
                a_lease_that_ended_is_claimed_again,
                of_two_ends_of_one_try_one_counts,
                an_accepted_message_is_asked_after,
                a_refused_message_keeps_its_problem,
                every_outcome_is_read_as_it_was_written,
                of_very_many_tries_the_first_and_the_last_are_read,
                a_turn_given_on_and_a_try_put_off_wake_whoever_sends,
                finer_times_than_milliseconds_make_no_claim_early,
                leases_of_whoever_is_gone_end_at_once,
                what_expires_untried_is_refused_and_told_then,
                what_was_tried_does_not_expire_unasked,
            }
            stopping {
                a_stopped_message_is_refused_and_can_be_released,
                the_next_of_a_patient_gets_the_turn_of_a_stopped_one,
                only_a_queued_message_is_stopped,
                of_stopping_and_claiming_at_once_one_wins,
            }
            tallying {
                counts_follow_the_messages,
                tallies_tell_practices_days_buckets_and_the_oldest,
                a_message_mended_for_another_practice_counts_there,
                tallies_add_up_while_many_write,
            }
            tokens {
                tokens_that_are_used_are_renewed_earlier,
                use_never_puts_a_renewal_off,
                use_does_not_hurry_what_is_being_tried_again,
                tokens_that_are_not_taken_end_the_link_once,
                a_refusal_of_former_tokens_says_nothing,
                a_refusal_during_a_flight_says_nothing,
                of_a_refusal_and_a_flight_at_once_one_is_heard,
                details_are_kept_for_the_record_they_are_about,
            }
            turns {
                the_first_about_a_patient_is_in_turn_and_others_wait,
                whoever_ends_a_turn_gives_it_to_the_next,
                a_message_that_is_tried_again_keeps_its_turn,
                a_message_entered_after_a_turn_ended_is_in_turn,
                a_released_message_goes_to_the_end_of_its_line,
                two_hundred_patients_do_not_hold_each_other_up,
                of_many_entered_at_once_about_a_patient_one_is_in_turn,
                many_workers_keep_the_order_of_every_patient,
                releasing_and_entering_at_once_leaves_one_in_turn,
            }
            users {
                a_user_is_put_once_and_renamed,
                a_user_put_by_many_at_once_is_new_once,
                users_are_listed_by_id_in_pages,
                users_are_found_by_text_and_authorisation,
                each_access_code_is_another_grant,
                nothing_is_sealed_under_a_key_that_is_not_there,
                a_good_grant_is_noted,
                a_grant_is_withdrawn_once,
                a_withdrawal_of_an_old_grant_says_nothing,
                a_user_made_anew_gets_a_grant_of_its_own,
                a_withdrawn_user_is_authorised_again,
                a_forgotten_authorisation_leaves_no_token,
                a_withdrawn_authorisation_can_be_forgotten,
                a_deleted_user_is_told_and_gone,
            }
            vault {
                data_keys_are_listed_oldest_first,
                a_data_key_is_added_once,
                of_first_keys_raced_one_is_added,
                a_key_is_rewrapped_if_nobody_was_faster,
                secrets_under_other_keys_are_found_and_counted,
                a_secret_is_resealed_in_its_place,
                a_secret_that_changed_meanwhile_is_not_resealed,
                a_key_goes_only_when_nothing_is_under_it,
                of_removing_a_key_and_sealing_under_it_at_once_one_wins,
            }
            webhooks {
                an_endpoint_comes_back_as_it_was_added,
                endpoints_are_listed_oldest_first,
                a_disabled_endpoint_gives_up_what_is_owed,
                one_enabled_again_hears_of_what_comes,
                a_disabled_endpoint_raced_is_owed_nothing_afterwards,
                a_test_goes_to_one_endpoint_enabled_or_not,
                a_rotated_secret_leaves_the_former_one_for_a_while,
                a_deleted_endpoint_takes_its_deliveries_along,
            }
        }
    };
}

#[doc(inline)]
pub use crate::gateway_conformance_suite as suite;
