//! Every statement about messages on their way.

use crate::sql::statements;

/// What makes a message without its content, in the order in which `store::row` reads it.
macro_rules! columns {
    () => {
        "id, number, kind, app_user, topic, practice, subject, entered_at, expires_at, state, blocked, changed_at, \
         due_at, tries, problem, accepted_at, status, sub_status, since, answer, looked_at, look_at, bucket, has_content"
    };
}

/// A page of messages, newest first, found by one column or two, the others looked at in passing: practice, bucket,
/// state, user, moments, numbers.
macro_rules! page {
    ($found_by:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM message WHERE ",
            $found_by,
            " AND number BETWEEN ?7 AND ?8 AND entered_at >= ?5 AND entered_at < ?6 ORDER BY number DESC LIMIT ?9"
        )
    };
}

// Where an index is named, it is the only one by which the rows come in order: without it SQLite, which has no
// statistics, may take another that it thinks as good, and sort.
statements! {
    // Entering.
    EARLIER = "SELECT content_hash, state, upload FROM message WHERE id = ?1";
    LAST_TURN = "SELECT turn FROM message INDEXED BY message_turn WHERE subject = ?1 AND state IN ('queued', 'sending') ORDER BY turn DESC LIMIT 1";
    ADD = "INSERT INTO message (id, kind, app_user, topic, practice, subject, entered_at, expires_at, entered_by, content_hash, upload, body_type, body, coded_data, state, turn, blocked, changed_at, due_at, bucket, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'queued', ?15, ?16, ?7, ?7, 'queued', ?17)";
    ADD_FILE = "INSERT INTO message_file (message, part, kind, file_name, size, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    COUNT_ENTRY = "INSERT INTO entry_tally (day, practice, entered) VALUES (?1, ?2, 1) ON CONFLICT (day, practice) DO UPDATE SET entered = entered + 1";
    COUNT_NO_ENTRY = "UPDATE entry_tally SET entered = entered - 1 WHERE day = ?1 AND practice = ?2";
    NOTE_DAY = "INSERT INTO entry_day (day, first, last) VALUES (?1, ?2, ?2) ON CONFLICT (day) DO UPDATE SET last = ?2";
    COUNT_IN = "INSERT INTO bucket_tally (bucket, messages) VALUES (?1, 1) ON CONFLICT (bucket) DO UPDATE SET messages = messages + 1";
    COUNT_OUT = "UPDATE bucket_tally SET messages = messages - 1 WHERE bucket = ?1";

    // Sending.
    DUE = "SELECT number, due_at FROM message INDEXED BY message_due WHERE state = 'queued' AND blocked = 0 AND due_at <= ?1 ORDER BY due_at LIMIT ?2";
    LOST = "SELECT number, lease_until FROM message INDEXED BY message_lease WHERE state = 'sending' AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2";
    TAKE = concat!("UPDATE message SET changed_at = CASE state WHEN 'queued' THEN ?2 ELSE changed_at END, state = 'sending', tries = tries + 1, fence = fence + 1, lease_until = ?3 WHERE number = ?1 RETURNING ", columns!(), ", fence, upload, body_type, body, coded_data");
    SET_ASIDE = "UPDATE message SET state = 'queued', tries = tries - 1, lease_until = NULL, due_at = ?2 WHERE number = ?1";
    LOST_ALL = "UPDATE message INDEXED BY message_lease SET lease_until = ?1 WHERE state = 'sending' AND lease_until > ?1";
    NEXT_EXPIRY = "SELECT expires_at FROM message INDEXED BY message_untried WHERE state = 'queued' AND tries = 0 AND expires_at > 0 ORDER BY expires_at LIMIT 1";
    OVERDUE = "SELECT number, id, subject FROM message INDEXED BY message_untried WHERE state = 'queued' AND tries = 0 AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    EXPIRED = "UPDATE message SET state = 'refused', bucket = 'refused', blocked = 0, tries = 1, changed_at = ?2, problem = ?3 WHERE number = ?1";
    BEGIN_ATTEMPT = "INSERT INTO attempt (message, number, began_at) VALUES (?1, ?2, ?3)";
    HELD = "SELECT number, subject, tries FROM message WHERE id = ?1 AND state = 'sending' AND fence = ?2";
    END_ATTEMPT = "UPDATE attempt SET ended_at = ?3, outcome = ?4, status = ?5, detail = ?6 WHERE message = ?1 AND number = ?2";
    ACCEPTED = "UPDATE message SET state = 'accepted', bucket = 'pending', changed_at = ?2, lease_until = NULL, accepted_at = ?2, look_at = ?3 WHERE number = ?1";
    AGAIN = "UPDATE message SET state = 'queued', changed_at = ?2, lease_until = NULL, due_at = ?3 WHERE number = ?1";
    REFUSED = "UPDATE message SET state = 'refused', bucket = 'refused', changed_at = ?2, lease_until = NULL, problem = ?3 WHERE number = ?1";
    FIRST_IN_LINE = "SELECT number FROM message INDEXED BY message_turn WHERE subject = ?1 AND state IN ('queued', 'sending') ORDER BY turn LIMIT 1";
    UNBLOCK = "UPDATE message SET blocked = 0, due_at = max(due_at, ?2) WHERE number = ?1 AND blocked = 1";
    NEXT_DUE = "SELECT due_at FROM message INDEXED BY message_due WHERE state = 'queued' AND blocked = 0 AND due_at > 0 ORDER BY due_at LIMIT 1";
    NEXT_LEASE = "SELECT lease_until FROM message INDEXED BY message_lease WHERE state = 'sending' AND lease_until > 0 ORDER BY lease_until LIMIT 1";
    STANDING = "SELECT number, state, has_content, subject, practice, day FROM message WHERE id = ?1";
    RELEASE = "UPDATE message SET state = 'queued', bucket = 'queued', changed_at = ?2, due_at = ?2, problem = NULL, turn = ?3, blocked = ?4, topic = coalesce(?5, topic), practice = coalesce(?6, practice), app_user = coalesce(?7, app_user), expires_at = coalesce(?8, expires_at) WHERE number = ?1";
    STOP = "UPDATE message SET state = 'refused', bucket = 'refused', blocked = 0, changed_at = ?2, problem = ?3 WHERE number = ?1";

    // Following.
    LOOKS_DUE = "SELECT number FROM message INDEXED BY message_look WHERE look_at <= ?1 ORDER BY look_at LIMIT ?2";
    NEXT_LOOK = "SELECT look_at FROM message INDEXED BY message_look WHERE look_at IS NOT NULL ORDER BY look_at LIMIT 1";
    TAKE_LOOK = concat!("UPDATE message SET look_at = ?2 WHERE number = ?1 RETURNING ", columns!());
    LOOK_AGAIN = "UPDATE message SET look_at = ?2 WHERE number = ?1";
    FOLLOWED = "UPDATE message SET status = ?2, sub_status = ?3, since = ?4, answer = ?5, looked_at = ?6, look_at = ?7, changed_at = ?8, bucket = ?9 WHERE number = ?1";
    PENDING_AFTER = "SELECT number FROM message INDEXED BY message_bucket WHERE bucket = 'pending' AND number > ?1 ORDER BY number LIMIT ?2";
    LOOK_BY = "UPDATE message SET look_at = min(coalesce(look_at, ?2), ?2) WHERE number = ?1";

    // Reading.
    FIND = concat!("SELECT ", columns!(), " FROM message WHERE id = ?1");
    CONTENT = "SELECT upload, body_type, body, coded_data, number FROM message WHERE id = ?1 AND has_content = 1";
    FILES = "SELECT part, kind, file_name, size, hash FROM message_file WHERE message = ?1 ORDER BY part";
    NUMBER = "SELECT number FROM message WHERE id = ?1";
    FIRST_ATTEMPTS = "SELECT number, began_at, ended_at, outcome, status, detail FROM attempt WHERE message = ?1 ORDER BY number LIMIT ?2";
    LAST_ATTEMPTS = "SELECT number, began_at, ended_at, outcome, status, detail FROM attempt WHERE message = ?1 AND number > ?2 ORDER BY number DESC LIMIT ?3";
    FROM_DAY = "SELECT min(first) FROM entry_day WHERE day >= ?1";
    TO_DAY = "SELECT max(last) FROM entry_day WHERE day <= ?1";
    PAGE = page!("?1 IS NULL AND ?2 IS NULL AND ?3 IS NULL AND ?4 IS NULL");
    PAGE_OF_USER = page!("app_user = ?4 AND (?1 IS NULL OR practice = ?1) AND (?2 IS NULL OR bucket = ?2) AND (?3 IS NULL OR state = ?3)");
    PAGE_OF_PRACTICE_AND_BUCKET = page!("practice = ?1 AND bucket = ?2 AND (?3 IS NULL OR state = ?3) AND ?4 IS NULL");
    PAGE_OF_PRACTICE = page!("practice = ?1 AND ?2 IS NULL AND (?3 IS NULL OR state = ?3) AND ?4 IS NULL");
    PAGE_OF_BUCKET = page!("?1 IS NULL AND bucket = ?2 AND (?3 IS NULL OR state = ?3) AND ?4 IS NULL");
    PAGE_OF_STATE = page!("?1 IS NULL AND ?2 IS NULL AND state = ?3 AND ?4 IS NULL");
    COUNTS = "SELECT bucket, messages FROM bucket_tally";
    DAYS = "SELECT day FROM entry_day WHERE day BETWEEN ?1 AND ?2 ORDER BY day DESC";
    ENTRIES = "SELECT day, practice, entered FROM entry_tally WHERE day = ?1";
    // From the index alone: it holds all that is asked for.
    BUCKETS = "SELECT day, practice, bucket, kind, count(*), min(entered_at) FROM message INDEXED BY message_tally WHERE day = ?1 GROUP BY practice, bucket, kind";

    // Content and its end.
    ENDED_BEFORE = "SELECT number, upload FROM message INDEXED BY message_ended WHERE has_content = 1 AND bucket IN ('completed', 'rejected', 'expired') AND changed_at < ?1 ORDER BY changed_at LIMIT ?2";
    OVER_BEFORE = "SELECT number, upload FROM message INDEXED BY message_over WHERE has_content = 1 AND bucket = 'pending' AND expires_at < ?1 ORDER BY expires_at LIMIT ?2";
    REFUSED_BEFORE = "SELECT number, upload FROM message INDEXED BY message_refused WHERE has_content = 1 AND bucket = 'refused' AND max(changed_at, expires_at) < ?1 ORDER BY max(changed_at, expires_at) LIMIT ?2";
    EMPTIED = "UPDATE message SET has_content = 0, body_type = NULL, body = NULL, coded_data = NULL WHERE number = ?1";
    DROP_FILES = "DELETE FROM message_file WHERE message = ?1";
}
