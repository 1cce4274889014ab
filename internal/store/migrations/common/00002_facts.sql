-- +goose Up
create table imports (
    tenant       text   not null,
    id           text   not null,
    source       text   not null,
    content_hash text   not null,
    row_count    bigint not null check (row_count >= 0),
    set_aside    bigint not null check (set_aside >= 0),
    orders       bigint not null check (orders >= 0),
    report       bytea  not null,
    created_at   bigint not null,
    primary key (tenant, id)
);
create unique index imports_content on imports (tenant, content_hash) where content_hash <> '';

create table business (
    tenant     text   not null primary key,
    revision   bigint not null check (revision > 0),
    document   bytea  not null,
    updated_at bigint not null
);

-- One row per order; its lines are packed, since they are only ever read together.
create table orders (
    tenant      text   not null,
    id          text   not null,
    customer_id text   not null,
    placed_at   bigint not null, -- microseconds of local time since 1970
    lon         double precision not null check (lon between -180 and 180),
    lat         double precision not null check (lat between -90 and 90),
    from_sec    bigint not null,
    to_sec      bigint not null,
    lines       bytea  not null,
    source_line bigint not null,
    import_id   text   not null,
    primary key (tenant, id),
    check (from_sec <= to_sec)
);
create index orders_placed on orders (tenant, placed_at, id);

create table sales (
    tenant  text  not null,
    item_id text  not null,
    series  bytea not null,
    primary key (tenant, item_id)
);

create table positions (
    tenant      text   not null,
    item_id     text   not null,
    site_id     text   not null,
    on_hand     bigint not null check (on_hand >= 0),
    on_order    bigint not null check (on_order >= 0),
    backordered bigint not null check (backordered >= 0),
    primary key (tenant, item_id, site_id)
);

create table inbound (
    tenant  text   not null,
    id      text   not null,
    item_id text   not null,
    site_id text   not null,
    qty     bigint not null check (qty > 0),
    due_day bigint not null,
    primary key (tenant, id)
);

create table forecasts (
    tenant    text   not null,
    item_id   text   not null,
    data_hash bigint not null,
    document  bytea  not null,
    primary key (tenant, item_id)
);

-- +goose Down
drop table forecasts;
drop table inbound;
drop table positions;
drop table sales;
drop table orders;
drop table business;
drop table imports;
