// Package identity tells who holds a token of an OpenID Connect issuer.
//
// Takes an issuer's address and the claims that hold tenant and roles, and gives a service.Principal for each valid token.
// Method: discovery and signature checks of go-oidc (OpenID Connect Core 1.0, section 3.1.3.7; RFC 7519); the issuer's keys
// are fetched when they are first needed and again when a token names one that is not known. Never: it takes a token that is
// not for this service's audience, that has expired, or that no signature algorithm of the issuer protects, and it asks for
// no user name or password.
package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"quartermaster/internal/service"
)

// Options say which issuer is trusted and where its tokens hold what.
type Options struct {
	Issuer   string // https://…, as its tokens name it
	Audience string // this service, as the issuer names it
	// TenantClaim holds the tenant; a token without one belongs to Tenant, where that is not empty, else to nobody.
	TenantClaim string
	Tenant      string
	// RolesClaim holds names of service.AccessRole, as a list or a text separated by blanks; dots lead into objects, as in
	// realm_access.roles. Names that are no role are passed over.
	RolesClaim string
	HTTP       *http.Client // nil = one that waits 5 s
}

// Verifier checks tokens of one issuer. It may be used by many goroutines.
type Verifier struct {
	options Options

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
	failed   time.Time
	why      error
}

// retryAfter is how long a failed discovery stands, so that an issuer that is away is not asked by every request.
const retryAfter = 2 * time.Second

// New makes a Verifier. It asks the issuer nothing yet, so that the service starts without it.
func New(o Options) *Verifier {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 5 * time.Second}
	}
	return &Verifier{options: o}
}

// Authenticate tells who holds a token: service.ErrUnauthenticated where it is not valid, service.ErrUnavailable where the
// issuer cannot be asked.
func (v *Verifier) Authenticate(ctx context.Context, token string) (service.Principal, error) {
	verifier, err := v.discover()
	if err != nil {
		return service.Principal{}, err
	}
	checked, err := verifier.Verify(ctx, token)
	if err != nil {
		if ctx.Err() != nil || strings.Contains(err.Error(), "fetching keys") {
			return service.Principal{}, fmt.Errorf("%w: the keys of issuer %s: %w", service.ErrUnavailable, v.options.Issuer, err)
		}
		return service.Principal{}, fmt.Errorf("%w: the token is not valid: %s", service.ErrUnauthenticated, reason(err))
	}
	return v.principal(checked)
}

// reason says why a token was not taken, without the token's own words.
func reason(err error) string {
	if errors.As(err, new(*oidc.TokenExpiredError)) {
		return "it has expired"
	}
	for part, words := range map[string]string{
		"expected audience": "it is for another audience", "issued by a different provider": "it is of another issuer",
		"malformed": "it is no JSON web token", "verify signature": "its signature is not the issuer's", "not match any of the supported": "its signature is of a kind that the issuer does not use",
	} {
		if strings.Contains(err.Error(), part) {
			return words
		}
	}
	return "it cannot be verified"
}

// discover reads the issuer's description once; where that fails it is tried again a little later.
func (v *Verifier) discover() (*oidc.IDTokenVerifier, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.verifier != nil {
		return v.verifier, nil
	}
	if v.why != nil && time.Since(v.failed) < retryAfter {
		return nil, v.why
	}
	// The context stays with the key set, which uses it whenever it fetches keys: it may not be a request's.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.Background(), v.options.HTTP), v.options.Issuer)
	if err != nil {
		v.failed, v.why = time.Now(), fmt.Errorf("%w: the issuer %s does not say who it is: %w", service.ErrUnavailable, v.options.Issuer, err)
		return nil, v.why
	}
	v.verifier, v.why = provider.Verifier(&oidc.Config{ClientID: v.options.Audience}), nil
	return v.verifier, nil
}

func (v *Verifier) principal(token *oidc.IDToken) (service.Principal, error) {
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return service.Principal{}, fmt.Errorf("%w: the token's claims are no JSON object", service.ErrUnauthenticated)
	}
	p := service.Principal{Tenant: v.options.Tenant, Name: "oidc " + token.Subject}
	if named, ok := claim(claims, v.options.TenantClaim).(string); ok && named != "" {
		p.Tenant = named
	}
	if p.Tenant == "" {
		return service.Principal{}, fmt.Errorf("%w: the token names no tenant (claim %s)", service.ErrUnauthenticated, v.options.TenantClaim)
	}
	for _, name := range names(claim(claims, v.options.RolesClaim)) {
		scopes, _ := service.ScopesOf(service.AccessRole(name))
		for _, s := range scopes {
			if !slices.Contains(p.Scopes, s) {
				p.Scopes = append(p.Scopes, s)
			}
		}
	}
	return p, nil
}

// claim follows a path with dots, or a name that holds dots itself.
func claim(claims map[string]any, path string) any {
	if v, ok := claims[path]; ok {
		return v
	}
	first, rest, more := strings.Cut(path, ".")
	inner, _ := claims[first].(map[string]any)
	if !more || inner == nil {
		return nil
	}
	return claim(inner, rest)
}

func names(v any) []string {
	switch v := v.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, x := range v {
			if text, ok := x.(string); ok {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}
