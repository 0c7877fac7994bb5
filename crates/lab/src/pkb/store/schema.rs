//! The tables, by version. A change is a new step at the end; a step that has been released stays.

/// Times are milliseconds since 1970. Of codes and tokens there is only the SHA-256.
pub(super) const STEPS: [&str; 1] = ["
create table sessions (
    id text primary key,
    client_id text not null,
    public_id text not null,
    scope text not null,
    scope_was_asked integer not null,
    begun_at integer not null,
    ends_at integer not null,
    is_invalid integer not null default 0
) strict;
create index sessions_by_person on sessions (public_id);
create index sessions_by_end on sessions (ends_at);

create table codes (
    hash blob primary key,
    client_id text not null,
    redirect_uri text not null,
    redirect_was_sent integer not null,
    public_id text not null,
    scope text not null,
    scope_was_asked integer not null,
    challenge text,
    challenge_method text,
    expires_at integer not null,
    session text,
    is_spent integer not null default 0
) strict;
create index codes_by_end on codes (expires_at);

create table access_tokens (
    number integer primary key autoincrement,
    hash blob not null unique,
    session text not null references sessions (id) on delete cascade,
    expires_at integer not null
) strict;
create index access_tokens_by_session on access_tokens (session, number);

create table refresh_tokens (
    number integer primary key autoincrement,
    hash blob not null unique,
    session text not null references sessions (id) on delete cascade,
    is_spent integer not null default 0
) strict;
create index refresh_tokens_by_session on refresh_tokens (session, number);

create table system_tokens (
    hash blob primary key,
    client_id text not null,
    expires_at integer not null
) strict;
create index system_tokens_by_end on system_tokens (expires_at);

create table events (
    number integer primary key autoincrement,
    at integer not null,
    what text not null,
    why text,
    public_id text,
    session text
) strict;

create table counts (
    what text primary key,
    times integer not null
) strict, without rowid;
"];
