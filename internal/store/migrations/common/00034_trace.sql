-- +goose Up
-- Who asked for a job, as W3C trace context: the worker's spans join the request's trace. Empty = not traced.
alter table jobs add column trace_parent text not null default '';
-- Housekeeping finds what ended longest ago.
create index jobs_ended on jobs (ended_at) where ended_at > 0 and parent_id = '';

-- +goose Down
drop index jobs_ended;
alter table jobs drop column trace_parent;
