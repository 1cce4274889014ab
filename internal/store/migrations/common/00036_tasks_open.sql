-- +goose Up
-- Handing out tasks passed over every leased one: with hundreds out at a time each lease cost milliseconds. Open tasks and
-- leases that ran out are now found apart. Older programs find theirs by these indexes too.
create index tasks_open on tasks (tenant, plan_id, site_id, start_sec, id) where blockers = 0 and state = 'open';
create index tasks_late on tasks (tenant, plan_id, site_id, lease_until) where blockers = 0 and state = 'leased';
drop index tasks_next;

-- +goose Down
create index tasks_next on tasks (tenant, plan_id, site_id, start_sec, id) where blockers = 0 and state in ('open', 'leased');
drop index tasks_late;
drop index tasks_open;
