package server

import (
	"context"
	"net/http"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type keyInput struct {
	ID string `path:"id" maxLength:"64"`
}

type createKeyInput struct{ Body api.NewAPIKey }

type rotateKeyInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body *api.KeyRotation
}

type keyOutput struct{ Body api.APIKey }

type keysOutput struct{ Body api.APIKeyList }

type createdKeyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         api.CreatedAPIKey
}

type meOutput struct{ Body api.Me }

func (s *Server) registerKeys() {
	register(s, operation("get-me", http.MethodGet, "/v1/me", "Who I am to the service, and what I may do", "access", service.ScopeSelf), s.getMe)
	register(s, operation("list-api-keys", http.MethodGet, "/v1/api-keys", "List API keys, newest first", "access", service.ScopeAdmin), s.listKeys)
	create := operation("create-api-key", http.MethodPost, "/v1/api-keys", "Make an API key", "access", service.ScopeAdmin)
	create.DefaultStatus = http.StatusCreated
	create.Description = "The key is in this answer and cannot be seen again: the service keeps its hash alone."
	register(s, create, s.createKey)
	rotate := operation("rotate-api-key", http.MethodPost, "/v1/api-keys/{id}/rotate", "Make the successor of an API key", "access", service.ScopeAdmin, 404, 409)
	rotate.DefaultStatus = http.StatusCreated
	rotate.Description = "The successor has the same rights. The old key goes on for the overlap, so that its users can change one after another."
	register(s, rotate, s.rotateKey)
	register(s, operation("revoke-api-key", http.MethodPost, "/v1/api-keys/{id}/revoke", "End an API key now", "access", service.ScopeAdmin, 404),
		func(ctx context.Context, in *keyInput) (*keyOutput, error) {
			k, err := s.options.Access.RevokeKey(ctx, s.tenant(ctx), in.ID)
			if err != nil {
				return nil, s.fail(ctx, err)
			}
			return &keyOutput{Body: s.keyWords(k)}, nil
		})
}

func (s *Server) getMe(ctx context.Context, _ *struct{}) (*meOutput, error) {
	p, _ := service.PrincipalOf(ctx)
	return &meOutput{Body: api.Me{Name: p.Name, Tenant: p.Tenant, Scopes: words(p.Scopes), Authentication: s.options.Authenticate != nil}}, nil
}

func (s *Server) listKeys(ctx context.Context, _ *struct{}) (*keysOutput, error) {
	keys, err := s.options.Access.Store.Keys(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &keysOutput{Body: api.APIKeyList{Items: make([]api.APIKey, len(keys))}}
	for i, k := range keys {
		out.Body.Items[i] = s.keyWords(k)
	}
	return out, nil
}

func (s *Server) createKey(ctx context.Context, in *createKeyInput) (*createdKeyOutput, error) {
	n := service.NewKey{Name: in.Body.Name, Role: service.AccessRole(in.Body.Role), Life: time.Duration(in.Body.ExpiresInDays) * 24 * time.Hour}
	for _, x := range in.Body.Scopes {
		n.Scopes = append(n.Scopes, service.Scope(x))
	}
	k, secret, err := s.options.Access.CreateKey(ctx, s.tenant(ctx), s.asker(ctx), n)
	return s.created(ctx, k, secret, err)
}

func (s *Server) rotateKey(ctx context.Context, in *rotateKeyInput) (*createdKeyOutput, error) {
	overlap := 24 * time.Hour
	if in.Body != nil {
		overlap = time.Duration(in.Body.OverlapSec) * time.Second
	}
	k, secret, err := s.options.Access.RotateKey(ctx, s.tenant(ctx), s.asker(ctx), in.ID, overlap)
	return s.created(ctx, k, secret, err)
}

func (s *Server) created(ctx context.Context, k service.APIKey, secret string, err error) (*createdKeyOutput, error) {
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &createdKeyOutput{CacheControl: "no-store", Body: api.CreatedAPIKey{APIKey: s.keyWords(k), Key: secret}}, nil
}

// asker names who asks, for the record.
func (s *Server) asker(ctx context.Context) string {
	p, _ := service.PrincipalOf(ctx)
	return p.Name
}

func (s *Server) keyWords(k service.APIKey) api.APIKey {
	return api.APIKey{
		ID: k.ID, Name: k.Name, Role: string(k.Role), Scopes: words(k.Scopes), CreatedBy: k.CreatedBy, CreatedAt: s.timeOf(k.CreatedUs),
		ExpiresAt: s.timeIfSet(k.ExpiresUs), RevokedAt: s.timeIfSet(k.RevokedUs), ReplacedBy: k.ReplacedBy, LastUsedAt: s.timeIfSet(k.LastUsedUs),
		Valid: k.Valid(time.Now().UnixMicro()),
	}
}

func words(scopes []service.Scope) []string {
	out := make([]string, len(scopes))
	for i, x := range scopes {
		out[i] = string(x)
	}
	return out
}
