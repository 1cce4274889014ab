-- +goose Up
-- Dispatching takes from each tenant in turn: this finds the tenants that wait, and the next jobs of one.
create index jobs_due_tenant on jobs (tenant, priority, id) where state = 'queued';

-- +goose Down
drop index jobs_due_tenant;
