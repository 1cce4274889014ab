-- +goose Up
-- What became of purchase orders, as it was told; telling again under an id replaces it. Amounts are minor units of the
-- business's currency. received_day −1 = it did not come: missed = 1 says that it never will.
create table supplier_deliveries (
    tenant       text    not null,
    id           text    not null,
    supplier_id  text    not null,
    inbound_id   text    not null, -- the line on its way that it was; empty = none
    ordered_day  bigint  not null,
    promised_day bigint  not null,
    received_day bigint  not null,
    ordered_qty  bigint  not null check (ordered_qty > 0),
    received_qty bigint  not null check (received_qty >= 0),
    rejected_qty bigint  not null check (rejected_qty >= 0),
    value_minor  bigint  not null,
    agreed_minor bigint  not null,
    disputed     integer not null,
    missed       integer not null,
    primary key (tenant, id)
);
create index supplier_deliveries_ordered on supplier_deliveries (tenant, supplier_id, ordered_day, id);

-- What else was noted of a supplier on a day; ratios is JSON, name to number.
create table supplier_reports (
    tenant      text   not null,
    supplier_id text   not null,
    day         bigint not null,
    stock_days  double precision, -- null = not told
    ratios      bytea  not null,
    primary key (tenant, supplier_id, day)
);

-- What came of lines on their way, counted from stock movements of kind received that name one.
create table receipts (
    tenant       text   not null,
    inbound_id   text   not null,
    item_id      text   not null,
    site_id      text   not null,
    due_day      bigint not null,
    ordered_qty  bigint not null,
    received_qty bigint not null,
    received_day bigint not null, -- of the last part
    primary key (tenant, inbound_id)
);

-- +goose Down
drop table receipts;
drop table supplier_reports;
drop table supplier_deliveries;
