-- +goose Up
-- Who did what. Each entry holds the hash of the one before it in its tenant, so that none can be changed or taken out
-- unseen. The service's role may only read and add.
create table audit (
    tenant     text    not null,
    seq        bigint  not null check (seq > 0),
    at         bigint  not null,
    actor      text    not null,
    action     text    not null,
    target     text    not null,
    status     integer not null,
    remote     text    not null,
    request_id text    not null,
    prev       bytea   not null,
    hash       bytea   not null,
    primary key (tenant, seq)
);

create table audit_heads (
    tenant text   not null primary key,
    seq    bigint not null,
    hash   bytea  not null
);

-- +goose Down
drop table audit_heads;
drop table audit;
