-- +goose Up
-- What an event is about, so that receivers can choose without reading the body.
alter table messages add column subject text not null default '';
create index messages_oldest on messages (id);

create table webhooks (
    tenant        text   not null,
    id            text   not null,
    url           text   not null,
    description   text   not null,
    topics        text   not null, -- JSON list; an empty one means all
    state         text   not null check (state in ('active', 'paused', 'disabled')),
    reason        text   not null default '',
    secrets       bytea  not null, -- JSON list, newest first
    failing_since bigint not null default 0,
    revision      bigint not null default 1,
    created_at    bigint not null,
    updated_at    bigint not null,
    primary key (tenant, id)
);

create table deliveries (
    tenant     text   not null,
    id         text   not null,
    webhook_id text   not null,
    event_id   text   not null, -- the same for all receivers and however often it is sent
    topic      text   not null,
    subject    text   not null,
    body       bytea  not null,
    state      text   not null check (state in ('pending', 'delivered', 'failed')),
    attempts   bigint not null default 0,
    next_at    bigint not null,
    lease      bigint not null default 0, -- counts claims: the token of whoever sends it now
    status     bigint not null default 0, -- HTTP status of the last attempt, 0 = no answer
    error      text   not null default '',
    created_at bigint not null,
    ended_at   bigint not null default 0,
    primary key (tenant, id)
);
create index deliveries_due on deliveries (next_at) where state = 'pending';
create index deliveries_of on deliveries (tenant, webhook_id, id);

create table delivery_attempts (
    tenant      text   not null,
    delivery_id text   not null,
    attempt     bigint not null,
    status      bigint not null,
    error       text   not null,
    took_ms     bigint not null,
    at          bigint not null,
    primary key (tenant, delivery_id, attempt)
);

-- +goose Down
drop table delivery_attempts;
drop table deliveries;
drop table webhooks;
drop index messages_oldest;
alter table messages drop column subject;
