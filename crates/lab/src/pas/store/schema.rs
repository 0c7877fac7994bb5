//! The tables, by version. A change is a new step at the end; a step that has been released stays.

/// Each brings the tables one version on.
pub(super) const STEPS: [&str; 1] = ["
create table patients (
    id text primary key,
    nhs_number text not null unique,
    details text not null,
    search_name text not null,
    sort_name text not null,
    birth_date text not null,
    version integer not null,
    updated_at integer not null
) strict;
create index patients_by_name on patients (sort_name, id);

create table binaries (
    id text primary key,
    content_type text not null,
    bytes blob not null,
    created_at integer not null
) strict;

create table documents (
    id text primary key,
    patient_id text not null references patients (id),
    binary_id text not null references binaries (id),
    kind text not null,
    title text not null,
    topic text not null,
    author text not null,
    dated text not null,
    content_type text not null,
    size integer not null,
    resource text not null,
    created_at integer not null
) strict;
create index documents_by_patient on documents (patient_id, dated desc, id);

create table observations (
    id text primary key,
    patient_id text not null references patients (id),
    code text not null,
    words text not null,
    value text not null,
    unit text not null,
    dated text not null,
    resource text not null,
    created_at integer not null
) strict;
create index observations_by_patient on observations (patient_id, dated desc, id);

create table identifiers (
    system text not null,
    value text not null,
    resource_type text not null,
    resource_id text not null,
    primary key (value, system, resource_type, resource_id)
) strict, without rowid;
create index identifiers_by_resource on identifiers (resource_id);

create table sessions (
    token_hash blob primary key,
    spine_user_id text not null,
    created_at integer not null
) strict, without rowid;

create table current_user (
    one integer primary key check (one = 1),
    spine_user_id text not null
) strict;
"];
