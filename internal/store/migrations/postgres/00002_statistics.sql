-- +goose Up
-- The service works as a role that owns no table and so may not renew their statistics. After a new plan has put thousands
-- of rows into tasks at once, the planner would look through all of them for each task handed out, until the database's own
-- worker comes by. The owner lends that one right, and statistics that are renewed early.
-- +goose StatementBegin
create or replace function analyse_tasks() returns void language plpgsql security definer set search_path from current as $$
begin
    analyse tasks;
    analyse task_needs;
end
$$;
-- +goose StatementEnd
alter table tasks set (autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500);
alter table task_needs set (autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500);

-- +goose Down
alter table task_needs reset (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
alter table tasks reset (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
drop function analyse_tasks();
