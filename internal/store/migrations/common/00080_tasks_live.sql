-- +goose Up
-- What is urgent goes first, whatever the plan's order, and a task may be for a place, a kind of robot or a skill.
alter table tasks add column priority integer not null default 0;
alter table tasks add column station text not null default '';
alter table tasks add column zone text not null default '';
alter table tasks add column robot_type text not null default ''; -- '' = any
alter table tasks add column skill text not null default '';      -- '' = none is needed
alter table tasks add column avoid text not null default '';      -- worker that shall not get it again
alter table tasks add column not_before bigint not null default 0; -- microseconds since 1970 UTC
alter table tasks add column progress integer not null default 0; -- percent
alter table tasks add column exception text not null default '';  -- code of the last one
create index tasks_urgent on tasks (tenant, plan_id, site_id, priority desc, start_sec, id) where blockers = 0 and state = 'open';
drop index tasks_open;

-- +goose Down
create index tasks_open on tasks (tenant, plan_id, site_id, start_sec, id) where blockers = 0 and state = 'open';
drop index tasks_urgent;
alter table tasks drop column exception;
alter table tasks drop column progress;
alter table tasks drop column not_before;
alter table tasks drop column avoid;
alter table tasks drop column skill;
alter table tasks drop column robot_type;
alter table tasks drop column zone;
alter table tasks drop column station;
alter table tasks drop column priority;
