-- +goose Up
create table plans (
    tenant        text    not null,
    id            text    not null,
    job_id        text    not null,
    draft         boolean not null,
    origin_day    bigint  not null,
    days          bigint  not null,
    seed          bigint  not null, -- the bits of an unsigned number
    snapshot_hash text    not null,
    summary       bytea   not null,
    document      bytea   not null, -- gzip
    created_at    bigint  not null,
    primary key (tenant, id)
);
create index plans_newest on plans (tenant, draft, id);
-- A job leaves one plan at most: the second wall behind the fencing token.
create unique index plans_job on plans (tenant, job_id) where job_id <> '';

create table promises (
    tenant   text  not null,
    plan_id  text  not null,
    order_id text  not null,
    document bytea not null,
    primary key (tenant, plan_id, order_id)
);

create table tasks (
    tenant      text   not null,
    plan_id     text   not null,
    id          text   not null,
    site_id     text   not null,
    kind        text   not null,
    worker      text   not null,
    start_sec   bigint not null,
    end_sec     bigint not null,
    state       text   not null check (state in ('open', 'leased', 'done', 'failed')),
    blockers    integer not null check (blockers >= 0), -- dependencies that are not done
    lease_id    text   not null default '',
    lease_until bigint not null default 0,
    fence       bigint not null default 0,
    reason      text   not null default '',
    depends     bytea  not null, -- JSON list of task ids, for readers
    payload     bytea  not null,
    primary key (tenant, plan_id, id),
    check (start_sec <= end_sec)
);
create index tasks_next on tasks (tenant, plan_id, site_id, start_sec, id) where blockers = 0 and state in ('open', 'leased');

create table task_needs (
    tenant   text not null,
    plan_id  text not null,
    needs_id text not null,
    task_id  text not null,
    primary key (tenant, plan_id, needs_id, task_id)
);

-- +goose Down
drop table task_needs;
drop table tasks;
drop table promises;
drop table plans;
