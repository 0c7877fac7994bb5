//! Every statement about messages.
//!
//! Statements on many messages bring the lowest and the highest of their references as well: bounds are
//! what lets PostgreSQL leave out parts, a list is not.

use crate::sql::statements;

/// What makes a message without its content; read by `store::row::message::stored`, in this order.
macro_rules! columns {
    () => {
        "message.version, message.reference, message.client, message.message_id, \
         message.approved_by, message.token, message.topic, message.practice, message.subject, \
         message.accepted_at, message.expires_at, message.content_hash, message.changed_at, \
         message.stage, message.waits_for, message.convert_at, message.reason, message.fence, \
         message.lease_holder, message.lease_until, message.mode"
    };
}

/// What an inbox shows beside it.
macro_rules! inbox {
    () => {
        concat!(
            columns!(),
            ", client.name, message.attachments, message.coded_items, session.name \
             FROM message JOIN client ON client.id = message.client \
             LEFT JOIN session ON session.id = message.lease_holder "
        )
    };
}

statements! {
    // Accepting. Rows come sorted by their keys, so that no two batches wait for each other in a ring.
    ADD_KEYS = "INSERT INTO message_key (client, message_id, reference, content_hash) SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::bytea[]) ON CONFLICT DO NOTHING RETURNING client, message_id";
    EARLIER = "SELECT earlier.client, earlier.message_id, earlier.reference, earlier.content_hash FROM unnest($1::uuid[], $2::uuid[]) AS wanted (client, message_id) JOIN message_key AS earlier ON earlier.client = wanted.client AND earlier.message_id = wanted.message_id";
    TAKE_BACK = "DELETE FROM message_key USING unnest($1::uuid[], $2::uuid[]) AS unwanted (client, message_id) WHERE message_key.client = unwanted.client AND message_key.message_id = unwanted.message_id";
    USE_TOKENS = "WITH good AS (SELECT id FROM token WHERE id = ANY ($1::uuid[]) AND withdrawn_at IS NULL ORDER BY id FOR NO KEY UPDATE) UPDATE token SET last_used_at = greatest(token.last_used_at, used.at) FROM good JOIN unnest($1::uuid[], $2::bigint[]) AS used (id, at) ON used.id = good.id WHERE token.id = good.id RETURNING token.id";
    ADD = "INSERT INTO message (reference, client, message_id, approved_by, token, topic, practice, subject, accepted_at, expires_at, content_hash, attachments, coded_items, changed_at, stage, waits_for, convert_at, reason, fence, lease_holder, lease_until, mode, only_for, due_at, ended_at) SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::text[]), unnest($7::text[]), unnest($8::text[]), unnest($9::bigint[]), unnest($10::bigint[]), unnest($11::bytea[]), unnest($12::bigint[]), unnest($13::bigint[]), unnest($14::bigint[]), unnest($15::text[]), unnest($16::text[]), unnest($17::bigint[]), unnest($18::text[]), unnest($19::bigint[]), unnest($20::uuid[]), unnest($21::bigint[]), unnest($22::text[]), unnest($23::text[]), unnest($24::bigint[]), unnest($25::bigint[])";
    ADD_BODIES = "INSERT INTO message_body (message, kind, content) SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[])";
    ADD_ATTACHMENTS = "INSERT INTO attachment (message, place, kind, file_name, size, hash, bytes) SELECT unnest($1::uuid[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bigint[]), unnest($6::bytea[]), unnest($7::bytea[])";
    ADD_CODED_ITEMS = "INSERT INTO coded_item (message, place, code, value, unit, additional_text) SELECT unnest($1::uuid[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[])";
    ADD_FIRST_LINES = "INSERT INTO history (message, place, status, sub_status, at) SELECT unnest($1::uuid[]), 1, unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[])";

    // Blobs. Whoever names one and whoever condemns it need the same row.
    USE_BLOBS = "INSERT INTO blob (hash, uses) SELECT * FROM unnest($1::bytea[], $2::bigint[]) ON CONFLICT (hash) DO UPDATE SET uses = blob.uses + excluded.uses";
    ANY_CONDEMNED = "SELECT hash FROM condemned_blob WHERE hash = ANY ($1::bytea[]) LIMIT 1";
    LOCK_BLOBS = "SELECT hash, uses FROM blob WHERE hash = ANY ($1::bytea[]) ORDER BY hash FOR UPDATE";
    DROP_BLOBS = "DELETE FROM blob WHERE hash = ANY ($1::bytea[])";
    DROP_USES = "UPDATE blob SET uses = blob.uses - given_up.uses FROM unnest($1::bytea[], $2::bigint[]) AS given_up (hash, uses) WHERE blob.hash = given_up.hash";
    HOLD_UNUSED_BLOB = "INSERT INTO blob (hash, uses) VALUES ($1, 1) ON CONFLICT DO NOTHING";
    CONDEMN = "INSERT INTO condemned_blob (hash, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    DROP_BLOB = "DELETE FROM blob WHERE hash = $1";
    SPARE = "DELETE FROM condemned_blob WHERE hash = $1";
    CONDEMN_ANEW = "WITH old AS (SELECT hash FROM condemned_blob WHERE at < $1 ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED) UPDATE condemned_blob SET at = $2 FROM old WHERE condemned_blob.hash = old.hash RETURNING condemned_blob.hash";

    // Changing.
    BY_REFERENCE = concat!("SELECT ", columns!(), " FROM message WHERE reference = $1 FOR UPDATE");
    DUE = concat!("SELECT message.reference, ", columns!(), " FROM message WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED");
    PUT_OFF = "UPDATE message SET due_at = $2 WHERE reference = $1";
    UNDER_TOKEN = concat!("SELECT ", columns!(), " FROM message WHERE token = $1 AND ended_at IS NULL ORDER BY reference FOR UPDATE");
    CHANGE = "UPDATE message SET version = message.version + 1, changed_at = new.changed_at, stage = new.stage, waits_for = new.waits_for, convert_at = new.convert_at, reason = new.reason, fence = new.fence, lease_holder = new.lease_holder, lease_until = new.lease_until, mode = new.mode, only_for = new.only_for, due_at = new.due_at, ended_at = new.ended_at FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::uuid[], $10::bigint[], $11::text[], $12::text[], $13::bigint[], $14::bigint[]) AS new (reference, version, changed_at, stage, waits_for, convert_at, reason, fence, lease_holder, lease_until, mode, only_for, due_at, ended_at) WHERE message.reference = new.reference AND message.version = new.version AND message.reference >= $15::uuid AND message.reference <= $16::uuid";
    ADD_LINES = "INSERT INTO history (message, place, status, sub_status, at) SELECT line.message, coalesce((SELECT max(earlier.place) FROM history AS earlier WHERE earlier.message = line.message AND earlier.message >= $6::uuid AND earlier.message <= $7::uuid), 0) + line.nth, line.status, line.sub_status, line.at FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS line (message, nth, status, sub_status, at)";

    // Reading.
    FIND = concat!("SELECT ", columns!(), ", history.place, history.status, history.sub_status, history.at FROM message_key JOIN message ON message.reference = message_key.reference LEFT JOIN history ON history.message = message_key.reference WHERE message_key.client = $1 AND message_key.message_id = $2 ORDER BY history.place");
    HISTORY = "SELECT status, sub_status, at FROM history WHERE message = $1 ORDER BY place";
    GET = concat!("SELECT ", inbox!(), "WHERE message.reference = $1");
    WAITING = concat!("SELECT message.reference, ", inbox!(), "WHERE message.practice = $1 AND message.ended_at IS NULL AND message.reference > $3 AND (message.only_for IS NULL OR message.only_for = $2) ORDER BY message.reference LIMIT $4");
    // Rows that settling put off are due within the hour, and later than most of what is due by itself.
    PUT_OFF_OR_DUE = concat!("SELECT message.reference, message.due_at, ", columns!(), " FROM message WHERE due_at <= $1 ORDER BY due_at DESC LIMIT $2");
    COUNTS = "SELECT status, nullif(sub_status, ''), sum(messages)::bigint FROM message_count GROUP BY status, sub_status HAVING sum(messages) > 0";

    // Content and its end.
    NOT_EMPTIED = "SELECT attachments, coded_items FROM message WHERE reference = $1 AND NOT emptied";
    BODY = "SELECT kind, content FROM message_body WHERE message = $1";
    ATTACHMENTS = "SELECT kind, file_name, size, hash FROM attachment WHERE message = $1 ORDER BY place";
    ATTACHMENT = "SELECT attachment.kind, attachment.file_name, attachment.size, attachment.hash, attachment.bytes FROM message JOIN attachment ON attachment.message = $1 AND attachment.place = $2 WHERE message.reference = $1 AND NOT message.emptied";
    CODED_ITEMS = "SELECT code, value, unit, additional_text FROM coded_item WHERE message = $1 ORDER BY place";
    TO_EMPTY = "SELECT reference FROM message WHERE ended_at < $1 AND NOT emptied ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    SIZES_OF = "SELECT message, hash, size, bytes IS NULL FROM attachment WHERE message = ANY ($1::uuid[]) AND message >= $2::uuid AND message <= $3::uuid";
    BODY_SIZES = "SELECT message, octet_length(content)::bigint FROM message_body WHERE message = ANY ($1::uuid[]) AND message >= $2::uuid AND message <= $3::uuid";
    DROP_BODIES = "DELETE FROM message_body WHERE message = ANY ($1::uuid[]) AND message >= $2::uuid AND message <= $3::uuid";
    DROP_ATTACHMENTS = "DELETE FROM attachment WHERE message = ANY ($1::uuid[]) AND message >= $2::uuid AND message <= $3::uuid";
    DROP_CODED_ITEMS = "DELETE FROM coded_item WHERE message = ANY ($1::uuid[]) AND message >= $2::uuid AND message <= $3::uuid";
    EMPTIED = "UPDATE message SET emptied = true, attachments = 0, coded_items = 0, version = version + 1 WHERE reference = ANY ($1::uuid[]) AND reference >= $2::uuid AND reference <= $3::uuid";
}
