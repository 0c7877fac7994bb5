//! Every statement about messages on their way.

use crate::sql::statements;

/// A message without its content, in the order of `store::row::gateway::message::stored`.
macro_rules! columns {
    () => {
        "message.id, message.number, message.kind, message.app_user, message.topic, message.practice, \
         message.subject, message.entered_at, message.expires_at, message.state, message.blocked, \
         message.changed_at, message.due_at, message.tries, message.problem, message.accepted_at, \
         message.status, message.sub_status, message.since, message.answer, message.looked_at, \
         message.look_at, message.bucket, message.has_content"
    };
}

/// What a message carries, in the order of `store::row::gateway::message::content`.
macro_rules! content {
    () => {
        "message.upload, message.body_type, message.body, message.coded_data"
    };
}

/// A page of messages, newest first. Days narrow down the numbers; nodes' clocks may differ, so with some room.
macro_rules! list {
    ($before:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM message WHERE ",
            $before,
            " AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR bucket = $4) \
             AND ($5::text IS NULL OR app_user = $5) AND ($6::text IS NULL OR practice = $6) \
             AND ($7::bigint IS NULL OR entered_at >= $7) AND ($8::bigint IS NULL OR entered_at < $8) \
             AND ($9::integer IS NULL OR number > coalesce((SELECT first.number FROM message AS first WHERE first.day >= $9 - 1 ORDER BY first.day, first.number LIMIT 1), 9223372036854775807) - 100) \
             AND ($10::integer IS NULL OR number < coalesce((SELECT later.number FROM message AS later WHERE later.day > $10 + 1 ORDER BY later.day, later.number LIMIT 1), 9223372036854775707) + 100) \
             ORDER BY ",
            $order,
            " LIMIT $2"
        )
    };
}

statements! {
    // One transaction at a time in a patient's line, whichever node it is on.
    LOCK_LINE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7239118202))";
    LOCK_LINE_OF = "SELECT pg_advisory_xact_lock(hashtextextended(subject, 7239118202)) FROM message WHERE id = $1";

    // Entering. In statements after that lock: each sees the line as whoever held it before has left it.
    ADD = "INSERT INTO message (id, kind, app_user, topic, practice, subject, entered_at, expires_at, entered_by, content_hash, upload, body_type, body, coded_data, state, blocked, turn, changed_at, due_at, bucket, day) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'queued', line.last IS NOT NULL, coalesce(line.last, 0) + 1, $7, $7, 'queued', $15 FROM (SELECT (SELECT turn FROM message WHERE subject = $6 AND state IN ('queued', 'sending') ORDER BY turn DESC LIMIT 1) AS last) AS line ON CONFLICT (id) DO NOTHING RETURNING number";
    EARLIER = "SELECT content_hash, upload, state FROM message WHERE id = $1";
    CLAIM_UPLOAD = "DELETE FROM upload WHERE id = $1";
    TAKE_BACK = "DELETE FROM message WHERE number = $1";
    ADD_FILES = "INSERT INTO message_file (message, part, kind, file_name, size, hash) SELECT $1, unnest($2::bigint[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bigint[]), unnest($6::bytea[])";

    // Reading.
    FIND = concat!("SELECT ", columns!(), " FROM message WHERE id = $1");
    CONTENT = concat!("SELECT ", content!(), " FROM message WHERE id = $1 AND has_content");
    FILES = "SELECT part, kind, file_name, size, hash FROM message_file WHERE message = (SELECT number FROM message WHERE id = $1) ORDER BY part";
    FILES_OF = "SELECT message, part, kind, file_name, size, hash FROM message_file WHERE message = ANY ($1::bigint[]) ORDER BY message, part";
    ATTEMPTS = "SELECT number, began_at, ended_at, outcome, status, detail FROM ((SELECT * FROM attempt WHERE message = (SELECT number FROM message WHERE id = $1) ORDER BY number LIMIT 100) UNION (SELECT * FROM attempt WHERE message = (SELECT number FROM message WHERE id = $1) ORDER BY number DESC LIMIT 100)) AS tries ORDER BY number";
    // Planned for what is asked for, which decides which index is best.
    LIST = list!("number < $1", "number DESC");
    LIST_SOME = list!("-number > -$1::bigint", "-number");
    COUNTS = "SELECT bucket, sum(messages)::bigint FROM bucket_tally GROUP BY bucket";
    ENTRIES = "SELECT day, practice, sum(entered)::bigint FROM entry_tally WHERE day >= $1 AND day <= $2 GROUP BY day, practice";
    TALLIES = "SELECT day, practice, bucket, kind, count(*), min(entered_at) FROM message WHERE day >= $1 AND day <= $2 GROUP BY day, practice, bucket, kind";

    // Sending.
    CLAIM = concat!("WITH queued AS (SELECT number, due_at AS at FROM message WHERE state = 'queued' AND NOT blocked AND due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED), held AS (SELECT number, lease_until AS at FROM message WHERE state = 'sending' AND lease_until <= $1 ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED), due AS (SELECT number, at FROM queued UNION ALL SELECT number, at FROM held ORDER BY at, number LIMIT $3), taken AS (UPDATE message SET state = 'sending', fence = fence + 1, tries = tries + 1, lease_until = $2, changed_at = CASE WHEN state = 'queued' THEN $1 ELSE changed_at END FROM due WHERE message.number = due.number RETURNING message.*, due.at), tried AS (INSERT INTO attempt (message, number, began_at) SELECT number, tries, $1 FROM taken) SELECT message.number, ", columns!(), ", message.fence, ", content!(), " FROM taken AS message ORDER BY message.at, message.number");
    // What cannot be read was not tried.
    NOT_TRIED = "DELETE FROM attempt USING message WHERE message.number = ANY ($1::bigint[]) AND attempt.message = message.number AND attempt.number = message.tries";
    SET_ASIDE = "UPDATE message SET state = 'queued', tries = tries - 1, lease_until = NULL, due_at = $2 WHERE number = ANY ($1::bigint[])";
    LOST_ALL = "UPDATE message SET lease_until = $1 WHERE state = 'sending' AND lease_until > $1";
    OVERDUE = "SELECT id FROM message WHERE state = 'queued' AND tries = 0 AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
    EXPIRE = "WITH gone AS (UPDATE message SET state = 'refused', bucket = 'refused', blocked = false, tries = 1, changed_at = $2, problem = $3 WHERE id = $1 AND state = 'queued' AND tries = 0 AND expires_at <= $2 RETURNING number, tries, subject), tried AS (INSERT INTO attempt (message, number, began_at, ended_at, outcome, status, detail) SELECT number, tries, $2, $2, $4, $5, $6 FROM gone) SELECT number, tries, subject FROM gone";
    ACCEPT = "UPDATE message SET state = 'accepted', bucket = 'pending', changed_at = $3, accepted_at = $3, look_at = $4, lease_until = NULL WHERE id = $1 AND state = 'sending' AND fence = $2 RETURNING number, tries, subject";
    REFUSE = "UPDATE message SET state = 'refused', bucket = 'refused', changed_at = $3, problem = $4, lease_until = NULL WHERE id = $1 AND state = 'sending' AND fence = $2 RETURNING number, tries, subject";
    QUEUE_AGAIN = "UPDATE message SET state = 'queued', changed_at = $3, due_at = $4, lease_until = NULL WHERE id = $1 AND state = 'sending' AND fence = $2 RETURNING number, tries, subject";
    // Whether whoever had this fence has ended the try.
    HAS_ENDED = "SELECT fence = $2 AND state <> 'sending' FROM message WHERE id = $1";
    END_ATTEMPT = "UPDATE attempt SET ended_at = $3, outcome = $4, status = $5, detail = $6 WHERE message = $1 AND number = $2";
    NEXT_TURN = "UPDATE message SET blocked = false, due_at = greatest(due_at, $2) WHERE blocked AND number = (SELECT number FROM message WHERE subject = $1 AND state IN ('queued', 'sending') ORDER BY turn LIMIT 1)";
    NEXT_DUE = "SELECT least((SELECT due_at FROM message WHERE state = 'queued' AND NOT blocked ORDER BY due_at LIMIT 1), (SELECT lease_until FROM message WHERE state = 'sending' ORDER BY lease_until LIMIT 1))";
    LOCK = concat!("SELECT ", columns!(), ", day FROM message WHERE id = $1 FOR UPDATE");
    RELEASE = "UPDATE message SET state = 'queued', bucket = 'queued', changed_at = $2, due_at = $2, problem = NULL, topic = $3, practice = $4, app_user = $5, expires_at = $6, blocked = line.last IS NOT NULL, turn = coalesce(line.last, 0) + 1 FROM (SELECT (SELECT turn FROM message WHERE subject = $7 AND state IN ('queued', 'sending') ORDER BY turn DESC LIMIT 1) AS last) AS line WHERE id = $1";
    STOP = "UPDATE message SET state = 'refused', bucket = 'refused', blocked = false, changed_at = $2, problem = $3 WHERE id = $1 AND state = 'queued' RETURNING number, tries, subject";
    STATE_OF = "SELECT state, problem FROM message WHERE id = $1";

    // Following.
    CLAIM_LOOKS = concat!("WITH due AS (SELECT number, look_at AS at FROM message WHERE look_at <= $1 ORDER BY look_at LIMIT $3 FOR UPDATE SKIP LOCKED), taken AS (UPDATE message SET look_at = $2 FROM due WHERE message.number = due.number RETURNING message.*, due.at) SELECT message.number, ", columns!(), " FROM taken AS message ORDER BY message.at, message.number");
    FOLLOW = "UPDATE message SET status = $2, sub_status = $3, since = $4, answer = $5, looked_at = $6, look_at = $7, bucket = $8, changed_at = $9 WHERE id = $1";
    LOOK_LATER = "UPDATE message SET look_at = $2 WHERE id = $1";
    LOOK_ASIDE = "UPDATE message SET look_at = $2 WHERE number = ANY ($1::bigint[])";
    LOOK_AT_SOME = "WITH few AS (SELECT number, look_at, row_number() OVER (ORDER BY number) AS place FROM (SELECT number, look_at FROM message WHERE bucket = 'pending' AND number > $1 ORDER BY number LIMIT $2 FOR UPDATE) AS locked), moved AS (UPDATE message SET look_at = least(few.look_at, $3 + ($4::bigint::double precision * least((few.place - 1 + $5)::double precision / $6::bigint, 1))::bigint) FROM few WHERE message.number = few.number RETURNING message.number) SELECT max(number), count(*) FROM moved";

    // Emptying.
    TO_EMPTY = "SELECT number, upload FROM message WHERE has_content AND bucket IN ('completed', 'rejected', 'expired') AND changed_at < $1 ORDER BY changed_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    LEFT_TO_EMPTY = "SELECT number, upload FROM message WHERE has_content AND bucket = 'pending' AND expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    REFUSED_TO_EMPTY = "SELECT number, upload FROM message WHERE has_content AND bucket = 'refused' AND greatest(changed_at, expires_at) < $1 ORDER BY greatest(changed_at, expires_at) LIMIT $2 FOR UPDATE SKIP LOCKED";
    DROP_PIECES = "DELETE FROM piece WHERE upload = ANY ($1::uuid[])";
    DROP_FILES = "DELETE FROM message_file WHERE message = ANY ($1::bigint[])";
    EMPTIED = "UPDATE message SET has_content = false, body_type = NULL, body = NULL, coded_data = NULL WHERE number = ANY ($1::bigint[])";
}
