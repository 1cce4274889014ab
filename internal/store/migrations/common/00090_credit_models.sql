-- +goose Up
-- Learned credit models, by name and version. A version is never changed, so that a score names what gave it; the champion of
-- a name is the one in use.
create table credit_models (
    tenant     text    not null,
    name       text    not null,
    version    bigint  not null check (version > 0),
    champion   integer not null default 0,
    job_id     text    not null, -- that learned it
    card       bytea   not null, -- JSON: what lists show
    document   bytea   not null, -- the model itself, packed
    created_at bigint  not null,
    primary key (tenant, name, version)
);
create unique index credit_models_champion on credit_models (tenant, name) where champion = 1;

-- +goose Down
drop table credit_models;
