-- +goose Up
-- The row of an item is its newest forecast; version counts those there were, doc_hash names the document so that the same one
-- again is no new version, alerts is how many things about it people should look at.
alter table forecasts add column version bigint not null default 0;
alter table forecasts add column doc_hash bigint not null default 0;
alter table forecasts add column alerts bigint not null default 0;
create index forecasts_alerts on forecasts (tenant, alerts, item_id) where alerts > 0;

-- Every forecast made. The document of the newest one is empty here: it stands in forecasts until the next one takes its place.
create table forecast_versions (
    tenant     text   not null,
    item_id    text   not null,
    version    bigint not null,
    data_hash  bigint not null, -- of the history and rules it was made from
    method     text   not null,
    status     text   not null,
    origin_day bigint not null, -- its first day
    horizon    bigint not null,
    made_at    bigint not null,
    document   bytea  not null,
    primary key (tenant, item_id, version)
);

-- What planners laid over forecasts, and why. A row is never changed but to note that it was withdrawn.
create table forecast_overrides (
    tenant       text             not null,
    id           text             not null,
    item_id      text             not null,
    version      bigint           not null, -- of the forecast that the planner saw
    origin_day   bigint           not null, -- of that forecast
    from_day     bigint           not null,
    to_day       bigint           not null,
    kind         text             not null check (kind in ('set', 'add', 'times')),
    value        double precision not null,
    reason       text             not null,
    author       text             not null,
    means        bytea            not null, -- JSON: the days' means before and after
    created_at   bigint           not null,
    withdrawn_at bigint           not null default 0,
    withdrawn_by text             not null default '',
    primary key (tenant, id)
);
create index forecast_overrides_item on forecast_overrides (tenant, item_id, id);

-- When shelves ran empty and were filled again, which is what forecasting asks of the movements.
create index movements_empty on movements (tenant, item_id, seq) where on_hand = 0 or on_hand = change;

-- +goose Down
drop index movements_empty;
drop table forecast_overrides;
drop table forecast_versions;
drop index forecasts_alerts;
alter table forecasts drop column alerts;
alter table forecasts drop column doc_hash;
alter table forecasts drop column version;
