-- +goose Up
-- An order that was called off stays, so that its id is not given out again; nothing plans it any more.
alter table orders add column cancelled_at bigint not null default 0;

-- reserved is held by confirmed promises; allocated is what the newest plan gives to orders and was not shipped yet.
alter table positions add column reserved bigint not null default 0;
alter table positions add column allocated bigint not null default 0;

-- What happened to stock, append-only; the position follows in the same transaction. id is the caller's, seq orders them.
create table movements (
    tenant     text   not null,
    id         text   not null,
    seq        text   not null,
    item_id    text   not null,
    site_id    text   not null,
    kind       text   not null,
    qty        bigint not null,
    change     bigint not null,
    on_hand    bigint not null check (on_hand >= 0),
    order_id   text   not null,
    inbound_id text   not null,
    reason     text   not null,
    at         bigint not null,
    created_at bigint not null,
    primary key (tenant, id)
);
create unique index movements_seq on movements (tenant, seq);

-- What one order was told before it was placed.
create table quotes (
    tenant       text   not null,
    id           text   not null,
    state        text   not null check (state in ('quoted', 'confirmed', 'released')),
    order_id     text   not null default '',
    document     bytea  not null,
    expires_at   bigint not null, -- of the quote, then of its reservation
    created_at   bigint not null,
    confirmed_at bigint not null default 0,
    primary key (tenant, id)
);

-- Units and a place in the day's work that a confirmed promise holds.
create table reservations (
    tenant     text   not null,
    quote_id   text   not null,
    item_id    text   not null,
    site_id    text   not null,
    qty        bigint not null check (qty > 0),
    ship_day   bigint not null,
    order_id   text   not null,
    state      text   not null check (state in ('held', 'consumed', 'released', 'expired')),
    expires_at bigint not null,
    primary key (tenant, quote_id, site_id, item_id)
);
create index reservations_held on reservations (tenant, order_id) where state = 'held';
create index reservations_due on reservations (expires_at) where state = 'held';

-- Parcels that confirmed promises hold of a site's day.
create table site_days (
    tenant  text   not null,
    site_id text   not null,
    day     bigint not null,
    taken   bigint not null check (taken >= 0),
    primary key (tenant, site_id, day)
);

-- Answers to requests with an Idempotency-Key, to be given again.
create table answers (
    tenant       text   not null,
    key          text   not null,
    request_hash text   not null,
    status       bigint not null, -- 0 = in flight
    header       bytea  not null,
    body         bytea  not null,
    expires_at   bigint not null,
    primary key (tenant, key)
);
create index answers_old on answers (expires_at);

-- +goose Down
drop table answers;
drop table site_days;
drop table reservations;
drop table quotes;
drop table movements;
alter table positions drop column allocated;
alter table positions drop column reserved;
alter table orders drop column cancelled_at;
