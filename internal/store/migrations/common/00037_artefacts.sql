-- +goose Up
-- Large inputs, results and plan documents lie apart from the rows that name them, once for each content: compressed, in
-- pieces. A row that names one holds no body of its own. Programs before this step read bodies from the rows alone, so that
-- none is written here until schema_floor says that they are gone (migrate --finish).
create table artefacts (
    tenant     text   not null,
    hash       text   not null, -- SHA-256 of the content, hexadecimal
    bytes      bigint not null, -- of the content
    touched_at bigint not null, -- when it was last named: a young one may be about to be named by a transaction under way
    primary key (tenant, hash)
);

create table artefact_pieces (
    tenant text   not null,
    hash   text   not null,
    no     bigint not null check (no >= 0),
    body   bytea  not null, -- all pieces together are gzip
    primary key (tenant, hash, no)
);

alter table job_payloads add column artefact text not null default '';
create index job_payloads_artefact on job_payloads (tenant, artefact) where artefact <> '';
alter table plans add column artefact text not null default '';
create index plans_artefact on plans (tenant, artefact) where artefact <> '';

-- +goose Down
drop index plans_artefact;
alter table plans drop column artefact;
drop index job_payloads_artefact;
alter table job_payloads drop column artefact;
drop table artefact_pieces;
drop table artefacts;
