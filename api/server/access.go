package server

import (
	"context"
	"errors"
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
		Errors: append(errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity,
			http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable),
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

// identify notes on every request who asks. Where authentication is on, a request without credentials goes on as nobody's,
// which is enough for the description and health; with credentials that are not valid it ends here.
func (s *Server) identify(next http.Handler) http.Handler {
	if s.options.Authenticate == nil {
		anybody := service.Principal{Tenant: s.options.Tenant, Name: "anonymous", Scopes: []service.Scope{service.ScopeAdmin}}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			serveAs(next, w, r, anybody)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, given := bearer(r.Header)
		switch {
		case !given && strings.HasPrefix(r.URL.Path, "/v1/"): // a second wall: no operation is open to nobody
			refuse(w, unknownCaller())
			return
		case !given || r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := s.patient(r.Context())
		p, err := s.options.Authenticate(ctx, token)
		if err != nil {
			refuse(w, s.refusal(ctx, err))
		}
		cancel()
		if err != nil {
			return
		}
		serveAs(next, w, r, p)
	})
}

// serveAs passes a request on in somebody's name. What the mux notes in it, its pattern, goes back to those before.
func serveAs(next http.Handler, w http.ResponseWriter, r *http.Request, p service.Principal) {
	named := r.WithContext(service.WithPrincipal(r.Context(), p))
	defer func() { r.Pattern = named.Pattern }()
	next.ServeHTTP(w, named)
}

// bearer reads the token of an Authorization header (RFC 6750).
func bearer(h http.Header) (token string, given bool) {
	value := h.Get("Authorization")
	scheme, token, _ := strings.Cut(value, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return value, value != "" // an unknown scheme is refused, not overlooked
	}
	return strings.TrimSpace(token), true
}

// refusal is the problem of credentials that were not taken.
func (s *Server) refusal(ctx context.Context, err error) error {
	if errors.Is(err, service.ErrUnauthenticated) {
		return newProblem(http.StatusUnauthorized, api.CodeUnauthorized, strings.TrimPrefix(err.Error(), "service: unauthenticated: "))
	}
	return s.fail(ctx, err)
}

func unknownCaller() *problem {
	return newProblem(http.StatusUnauthorized, api.CodeUnauthorized, "say who you are: Authorization: Bearer and an API key or a token")
}

// refuse answers with an error of fail, which may carry headers, where huma is not involved.
func refuse(w http.ResponseWriter, err error) {
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	var p *problem
	if !errors.As(err, &p) {
		p = newProblem(http.StatusInternalServerError, api.CodeInternal, "our mistake; the log says more")
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="quartermaster"`)
	}
	writeProblem(w, p)
}

// guardOperation lets a caller through to an operation whose scope it holds.
func (s *Server) guardOperation(ctx huma.Context, next func(huma.Context)) {
	scope, said := scopeOf(ctx.Operation())
	if p := s.may(ctx.Context(), scope, said); p != nil {
		ctx.SetHeader("Content-Type", api.ProblemMediaType)
		if p.Status == http.StatusUnauthorized {
			ctx.SetHeader("WWW-Authenticate", `Bearer realm="quartermaster"`)
		}
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
			refuse(w, p)
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
		return unknownCaller()
	case !said || !p.May(scope):
		held := words(p.Scopes)
		return newProblem(http.StatusForbidden, api.CodeForbidden,
			"this needs the scope "+string(scope)+"; you hold "+strings.Join(held, ", "))
	}
	return nil
}
