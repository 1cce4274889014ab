package server

import (
	"context"
	"encoding/hex"
	"net/http"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type orderPath struct {
	ID string `path:"id" maxLength:"200" doc:"Order id"`
}

type saveConsigneeInput struct {
	ID   string `path:"id" maxLength:"200" doc:"Order id"`
	Body api.Consignee
}

type consigneeOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         api.Consignee
}

type eraseInput struct {
	ID string `path:"id" maxLength:"200" doc:"Customer id"`
}

type eraseOutput struct{ Body api.Erasure }

type auditInput struct {
	Cursor int64 `query:"cursor" minimum:"0" doc:"next_cursor of the page before"`
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type auditOutput struct{ Body api.AuditList }

func (s *Server) registerPersonal() {
	save := operation("save-consignee", http.MethodPut, "/v1/orders/{id}/consignee", "Say who an order is for", "personal", service.ScopeOrdersWrite, 404, 409)
	save.DefaultStatus = http.StatusNoContent
	save.Description = "Personal data is kept encrypted, under a key of its customer's own; without an encryption key in the service's environment it is refused (409)."
	register(s, save, func(ctx context.Context, in *saveConsigneeInput) (*struct{}, error) {
		if err := s.options.Personal.Save(ctx, s.tenant(ctx), in.ID, service.Consignee(in.Body)); err != nil {
			return nil, s.fail(ctx, err)
		}
		return nil, nil
	})
	register(s, operation("get-consignee", http.MethodGet, "/v1/orders/{id}/consignee", "Read who an order is for", "personal", service.ScopePersonalRead, 404, 409),
		func(ctx context.Context, in *orderPath) (*consigneeOutput, error) {
			c, err := s.options.Personal.Read(ctx, s.tenant(ctx), in.ID)
			if err != nil {
				return nil, s.fail(ctx, err)
			}
			return &consigneeOutput{CacheControl: "no-store", Body: api.Consignee(c)}, nil
		})
	erase := operation("erase-customer", http.MethodPost, "/v1/customers/{id}/erase", "Forget a customer", "personal", service.ScopeAdmin, 404)
	erase.Description = "Throws the customer's key away and removes names and addresses; its orders stay for stock and sales, without the customer and with their place rounded. Plans that were made hold places of stops until they are removed by age."
	register(s, erase, func(ctx context.Context, in *eraseInput) (*eraseOutput, error) {
		e, err := s.options.Personal.Erase(ctx, s.tenant(ctx), in.ID)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		return &eraseOutput{Body: api.Erasure(e)}, nil
	})
	list := operation("list-audit", http.MethodGet, "/v1/audit", "Read the journal of who did what, newest first", "access", service.ScopeAdmin)
	list.Description = "Every request that may change something, every look at personal data, and what the command line did to access. An entry appears within a second. quartermaster audit verify follows the chain of hashes."
	register(s, list, s.listAudit)
}

func (s *Server) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	entries, err := s.options.Audit.Audit(ctx, s.tenant(ctx), in.Cursor, in.Limit+1)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	entries, more := page(entries, in.Limit)
	out := &auditOutput{Body: api.AuditList{Items: make([]api.AuditEntry, len(entries))}}
	for i, e := range entries {
		out.Body.Items[i] = api.AuditEntry{
			Seq: e.Seq, At: s.timeOf(e.AtUs), Actor: e.Actor, Action: e.Action, Target: e.Target, Status: e.Status, Remote: e.Remote,
			RequestID: e.RequestID, Hash: hex.EncodeToString(e.Hash),
		}
	}
	if more {
		out.Body.NextCursor = entries[len(entries)-1].Seq
	}
	return out, nil
}
