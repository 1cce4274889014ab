-- +goose Up
-- One text drives SQLite and PostgreSQL: times are microseconds since 1970 UTC, 0 stands for "not yet", ids are ULIDs.
create table jobs (
    tenant           text    not null,
    id               text    not null,
    kind             text    not null,
    state            text    not null check (state in ('queued', 'running', 'waiting', 'done', 'failed', 'cancelled', 'quarantined')),
    priority         integer not null check (priority between 1 and 9),
    attempt          bigint  not null default 0, -- claims so far: the fencing token
    crashes          integer not null default 0,
    retries          integer not null default 0,
    lease_until      bigint  not null default 0,
    dispatched_at    bigint  not null default 0,
    not_before       bigint  not null default 0,
    cancel_requested boolean not null default false,
    progress         double precision not null default 0,
    sentence         text    not null default '',
    error            text    not null default '',
    parent_id        text    not null default '',
    child_no         integer not null default 0,
    family           bigint  not null default 0, -- the parent's attempt that spawned; the same in its children
    gathering        boolean not null default false,
    children_left    integer not null default 0 check (children_left >= 0),
    on_child_error   text    not null default '',
    idempotency_key  text    not null default '',
    input_hash       text    not null,
    input_bytes      bigint  not null default 0,
    result_bytes     bigint  not null default 0,
    created_at       bigint  not null,
    updated_at       bigint  not null,
    started_at       bigint  not null default 0,
    ended_at         bigint  not null default 0,
    primary key (tenant, id)
);
create index jobs_due on jobs (priority, id) where state = 'queued';
create index jobs_sent on jobs (dispatched_at) where state = 'queued' and dispatched_at > 0;
create index jobs_leases on jobs (lease_until) where state = 'running';
create index jobs_families on jobs (tenant, parent_id, child_no) where parent_id <> '';
create unique index jobs_keys on jobs (tenant, idempotency_key) where idempotency_key <> '';

create table job_payloads (
    tenant text  not null,
    job_id text  not null,
    role   text  not null check (role in ('input', 'result')),
    body   bytea not null,
    primary key (tenant, job_id, role)
);

-- What the world outside is to be told; written in the transaction that ends the job.
create table messages (
    tenant     text   not null,
    id         text   not null,
    job_id     text   not null,
    topic      text   not null,
    body       bytea  not null,
    created_at bigint not null,
    primary key (tenant, id)
);

-- +goose Down
drop table messages;
drop table job_payloads;
drop table jobs;
