-- +goose Up
-- One key for each customer, itself encrypted by the installation's key that master names. Without the row, what was
-- encrypted with it can be read by nobody, from backups neither.
create table customer_keys (
    tenant      text   not null,
    customer_id text   not null,
    master      text   not null,
    wrapped     bytea  not null,
    created_at  bigint not null,
    primary key (tenant, customer_id)
);

-- Who an order is for, encrypted with the key of its customer (of the order, where it names none).
create table consignees (
    tenant      text   not null,
    order_id    text   not null,
    customer_id text   not null,
    box         bytea  not null,
    updated_at  bigint not null,
    primary key (tenant, order_id)
);
create index consignees_customer on consignees (tenant, customer_id);

-- +goose Down
drop table consignees;
drop table customer_keys;
