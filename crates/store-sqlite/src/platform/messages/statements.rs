//! Every statement about messages.

use crate::sql::statements;

/// What makes a message without its content; read by `read::row`, in this order.
macro_rules! columns {
    () => {
        "message.id, message.version, message.reference, message.client, message.message_id, \
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
    // Accepting.
    EARLIER = "SELECT content_hash FROM message WHERE client = ?1 AND message_id = ?2";
    USE_TOKEN = "UPDATE token SET last_used_at = max(coalesce(last_used_at, ?2), ?2) WHERE id = ?1 AND withdrawn_at IS NULL";
    ADD = "INSERT INTO message (reference, client, message_id, approved_by, token, topic, practice, subject, accepted_at, expires_at, content_hash, attachments, coded_items, changed_at, stage, waits_for, convert_at, reason, fence, lease_holder, lease_until, mode, only_for, due_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25) ON CONFLICT (client, message_id) DO NOTHING";
    TAKE_BACK = "DELETE FROM message WHERE id = ?1";
    ADD_BODY = "INSERT INTO message_body (message, kind, content) VALUES (?1, ?2, ?3)";
    ADD_ATTACHMENT = "INSERT INTO attachment (message, place, kind, file_name, size, hash, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    ADD_CODED_ITEM = "INSERT INTO coded_item (message, place, code, value, unit, additional_text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    USE_BLOB = "INSERT INTO blob (hash, uses) VALUES (?1, 1) ON CONFLICT (hash) DO UPDATE SET uses = uses + 1";

    ADD_FIRST_LINE = "INSERT INTO history (message, place, status, sub_status, at) VALUES (?1, 1, ?2, ?3, ?4)";

    // Changing.
    BY_REFERENCE = concat!("SELECT ", columns!(), " FROM message WHERE reference = ?1");
    DUE = concat!("SELECT message.id, message.reference, ", columns!(), " FROM message WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2");
    PUT_OFF = "UPDATE message SET due_at = ?2 WHERE id = ?1";
    UNDER_TOKEN = concat!("SELECT ", columns!(), " FROM message WHERE token = ?1 AND ended_at IS NULL");
    CHANGE = "UPDATE message SET version = version + 1, changed_at = ?3, stage = ?4, waits_for = ?5, convert_at = ?6, reason = ?7, fence = ?8, lease_holder = ?9, lease_until = ?10, mode = ?11, only_for = ?12, due_at = ?13, ended_at = ?14 WHERE id = ?1 AND version = ?2";
    ADD_HISTORY = "INSERT INTO history (message, place, status, sub_status, at) VALUES (?1, (SELECT coalesce(max(place), 0) + 1 FROM history WHERE message = ?1), ?2, ?3, ?4)";
    COUNT_IN = "INSERT INTO message_count (status, sub_status, messages) VALUES (?1, ?2, 1) ON CONFLICT (status, sub_status) DO UPDATE SET messages = messages + 1";
    COUNT_OUT = "UPDATE message_count SET messages = messages - 1 WHERE status = ?1 AND sub_status = ?2";

    // Reading.
    FIND = concat!("SELECT ", columns!(), " FROM message WHERE client = ?1 AND message_id = ?2");
    HISTORY = "SELECT status, sub_status, at FROM history WHERE message = ?1 ORDER BY place";
    GET = concat!("SELECT ", inbox!(), "WHERE message.reference = ?1");
    WAITING = concat!("SELECT message.reference, ", inbox!(), "WHERE message.practice = ?1 AND message.ended_at IS NULL AND message.reference > ?3 AND (message.only_for IS NULL OR message.only_for = ?2) ORDER BY message.reference LIMIT ?4");
    // Rows that settling put off are due within the hour, and later than most of what is due by itself.
    PUT_OFF_OR_DUE = concat!("SELECT message.reference, message.due_at, ", columns!(), " FROM message WHERE due_at <= ?1 ORDER BY due_at DESC LIMIT ?2");
    COUNTS = "SELECT status, nullif(sub_status, ''), messages FROM message_count WHERE messages > 0";

    // Content and its end.
    NOT_EMPTIED = "SELECT id, attachments, coded_items FROM message WHERE reference = ?1 AND emptied = 0";
    BODY = "SELECT kind, content FROM message_body WHERE message = ?1";
    ATTACHMENTS = "SELECT kind, file_name, size, hash FROM attachment WHERE message = ?1 ORDER BY place";
    ATTACHMENT = "SELECT kind, file_name, size, hash, bytes FROM attachment WHERE message = ?1 AND place = ?2";
    CODED_ITEMS = "SELECT code, value, unit, additional_text FROM coded_item WHERE message = ?1 ORDER BY place";
    TO_EMPTY = "SELECT id FROM message WHERE ended_at < ?1 AND emptied = 0 ORDER BY ended_at LIMIT ?2";
    SIZES_OF = "SELECT hash, size, bytes IS NULL FROM attachment WHERE message = ?1";
    BODY_SIZE = "SELECT octet_length(content) FROM message_body WHERE message = ?1";
    DROP_LAST_USE = "DELETE FROM blob WHERE hash = ?1 AND uses = 1";
    DROP_USE = "UPDATE blob SET uses = uses - 1 WHERE hash = ?1";
    BLOB_USED = "SELECT 1 FROM blob WHERE hash = ?1";
    CONDEMN_BLOB = "INSERT INTO condemned_blob (hash, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    SPARE_BLOB = "DELETE FROM condemned_blob WHERE hash = ?1";
    IS_CONDEMNED = "SELECT 1 FROM condemned_blob WHERE hash = ?1";
    CONDEMNED = "SELECT hash, at FROM condemned_blob ORDER BY at LIMIT ?1";
    CONDEMN_ANEW = "UPDATE condemned_blob SET at = ?2 WHERE hash = ?1";
    DROP_BODY = "DELETE FROM message_body WHERE message = ?1";
    DROP_ATTACHMENTS = "DELETE FROM attachment WHERE message = ?1";
    DROP_CODED_ITEMS = "DELETE FROM coded_item WHERE message = ?1";
    EMPTIED = "UPDATE message SET emptied = 1, attachments = 0, coded_items = 0, version = version + 1 WHERE id = ?1";
}
