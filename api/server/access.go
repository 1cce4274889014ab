package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// The two ways to say who one is, as the description names them.
const (
	securityKey  = "apiKey" // Authorization: Bearer qm_…
	securityOIDC = "oidc"   // Authorization: Bearer <token of the configured issuer>
)

// operation fills what all operations share. The scope is what a caller must hold; the description shows it, the guard
// holds callers to it, and a test makes the whole matrix of rights from it.
func operation(id, method, path, summary, tag string, scope service.Scope, errors ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag},
		Errors: append(errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError, http.StatusServiceUnavailable),
		Security: []map[string][]string{
			{securityKey: {string(scope)}}, {securityOIDC: {string(scope)}},
		},
		MaxBodyBytes: api.MaxBodyBytes,
	}
}

// scopeOf is what an operation needs; ok is false for one that does not say.
func scopeOf(op *huma.Operation) (scope service.Scope, ok bool) {
	for _, way := range op.Security {
		if scopes := way[securityKey]; len(scopes) == 1 {
			return service.Scope(scopes[0]), true
		}
	}
	return "", false
}

// tenant is whose things a request is about: those of whoever asks. Where nobody is known it is nobody's, so that a way
// around the guard finds nothing.
func (s *Server) tenant(ctx context.Context) string {
	p, _ := service.PrincipalOf(ctx)
	return p.Tenant
}

// identify notes who asks on every request.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := service.Principal{Tenant: s.options.Tenant, Name: "anonymous", Scopes: []service.Scope{service.ScopeAdmin}}
		next.ServeHTTP(w, r.WithContext(service.WithPrincipal(r.Context(), p)))
	})
}

// guardOperation lets a caller through to an operation whose scope it holds.
func (s *Server) guardOperation(ctx huma.Context, next func(huma.Context)) {
	scope, said := scopeOf(ctx.Operation())
	if p := s.may(ctx.Context(), scope, said); p != nil {
		ctx.SetHeader("Content-Type", api.ProblemMediaType)
		ctx.SetStatus(p.Status)
		encodeProblem(ctx.BodyWriter(), p)
		return
	}
	next(ctx)
}

// needs is guardOperation for what is served past huma.
func (s *Server) needs(scope service.Scope, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := s.may(r.Context(), scope, true); p != nil {
			writeProblem(w, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// may says why a caller may not do what a scope stands for; nil = it may. An operation that says no scope is nobody's.
func (s *Server) may(ctx context.Context, scope service.Scope, said bool) *problem {
	p, known := service.PrincipalOf(ctx)
	switch {
	case !known:
		return newProblem(http.StatusUnauthorized, api.CodeUnauthorized, "say who you are: Authorization: Bearer and an API key or a token")
	case !said || !p.May(scope):
		held := make([]string, len(p.Scopes))
		for i, x := range p.Scopes {
			held[i] = string(x)
		}
		return newProblem(http.StatusForbidden, api.CodeForbidden,
			"this needs the scope "+string(scope)+"; you hold "+strings.Join(held, ", "))
	}
	return nil
}
