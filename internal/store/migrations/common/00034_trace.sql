-- +goose Up
-- Who asked for a job, as W3C trace context: the worker's spans join the request's trace. Empty = not traced.
alter table jobs add column trace_parent text not null default '';

-- +goose Down
alter table jobs drop column trace_parent;
