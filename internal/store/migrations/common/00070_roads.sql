-- +goose Up
-- What holds on the road for a while: closures, incidents, measured speeds, weather. A condition holds in from_at ≤ now <
-- until_at and needs nobody to end it; the document is the whole of it.
create table road_conditions (
    tenant     text   not null,
    id         text   not null,
    kind       text   not null check (kind in ('incident', 'closure', 'congestion', 'weather')),
    source     text   not null default '',
    from_at    bigint not null,
    until_at   bigint not null check (until_at > from_at),
    revision   bigint not null,
    document   bytea  not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant, id)
);
create index road_conditions_window on road_conditions (tenant, until_at);
create index road_conditions_old on road_conditions (until_at);

-- One number a tenant, counted up by every change, so that each process sees by one small row whether its streets are of now.
create table road_revisions (
    tenant   text   not null primary key,
    revision bigint not null
);

-- Speeds that were learned from traces, by profile, street (its first two points) and hour: sums of the logarithm of measured
-- over free-flow speed.
create table road_speeds (
    tenant      text             not null,
    profile     text             not null,
    from_node   bigint           not null,
    to_node     bigint           not null,
    hour        bigint           not null check (hour between 0 and 23),
    passages    double precision not null,
    sum_log     double precision not null,
    sum_squares double precision not null,
    primary key (tenant, profile, from_node, to_node, hour)
);

-- +goose Down
drop table road_speeds;
drop table road_revisions;
drop table road_conditions;
