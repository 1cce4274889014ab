-- +goose Up
create table tenants (
    id         text   not null primary key,
    name       text   not null,
    created_at bigint not null
);
-- The one tenant that every installation had before there were several.
insert into tenants (id, name, created_at) values ('main', '', 0);

-- What an API key is known by: the id is the visible part of the key, the hash that of the whole key.
create table api_keys (
    tenant      text   not null,
    id          text   not null unique,
    name        text   not null,
    hash        bytea  not null, -- SHA-256
    role        text   not null,
    scopes      text   not null, -- separated by blanks
    created_by  text   not null,
    created_at  bigint not null,
    expires_at  bigint not null default 0, -- 0 = never
    revoked_at  bigint not null default 0,
    replaced_by text   not null default '',
    last_used   bigint not null default 0,
    primary key (tenant, id)
);

-- A program whose newest known step of this folder is below least must not work on these tables: they no longer hold what
-- it needs. Steps that only add leave it as it is; a step that takes away sets it.
create table schema_floor (
    least bigint not null
);
insert into schema_floor (least) values (0);

-- +goose Down
drop table schema_floor;
drop table api_keys;
drop table tenants;
