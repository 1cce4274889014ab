package identity

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// issuer is a real OpenID Connect issuer as far as a service sees one: discovery, keys that change, signed tokens.
type issuer struct {
	t    *testing.T
	http *httptest.Server
	key  atomic.Pointer[rsa.PrivateKey]
	down atomic.Bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t}
	i.turnKey()
	mux := http.NewServeMux()
	answer := func(path string, body func() any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			if i.down.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			_ = json.NewEncoder(w).Encode(body())
		})
	}
	answer("/.well-known/openid-configuration", func() any {
		return map[string]any{"issuer": i.http.URL, "jwks_uri": i.http.URL + "/keys", "authorization_endpoint": i.http.URL + "/authorize",
			"token_endpoint": i.http.URL + "/token", "id_token_signing_alg_values_supported": []string{"RS256"}}
	})
	answer("/keys", func() any {
		public := i.key.Load().PublicKey
		return map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": keyID(&public),
			"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes())}}}
	})
	i.http = httptest.NewServer(mux)
	t.Cleanup(i.http.Close)
	return i
}

func keyID(k *rsa.PublicKey) string {
	sum := sha256.Sum256(k.N.Bytes())
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

func (i *issuer) turnKey() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.t.Fatal(err)
	}
	i.key.Store(key)
}

// token signs claims; edit changes the good ones.
func (i *issuer) token(edit func(header, claims map[string]any)) string {
	i.t.Helper()
	key := i.key.Load()
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": keyID(&key.PublicKey)}
	claims := map[string]any{"iss": i.http.URL, "aud": "quartermaster", "sub": "anna", "exp": time.Now().Add(time.Hour).Unix(),
		"iat": time.Now().Unix(), "tenant": "acme", "realm_access": map[string]any{"roles": []string{"planner", "offline_access"}}}
	if edit != nil {
		edit(header, claims)
	}
	part := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			i.t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		i.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func verifier(i *issuer) *Verifier {
	return New(Options{Issuer: i.http.URL, Audience: "quartermaster", TenantClaim: "tenant", RolesClaim: "realm_access.roles", HTTP: i.http.Client()})
}

// A token of the trusted issuer gives its holder's tenant and the scopes of its roles; the issuer may change its keys.
func TestTokens(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := verifier(i)
	for range 2 {
		p, err := v.Authenticate(t.Context(), i.token(nil))
		if err != nil {
			t.Fatal(err)
		}
		planner, _ := service.ScopesOf(service.AccessPlanner)
		if p.Tenant != "acme" || p.Name != "oidc anna" || !slices.Equal(p.Scopes, planner) {
			t.Errorf("principal %+v", p)
		}
		i.turnKey()
	}
	p, err := v.Authenticate(t.Context(), i.token(func(_, c map[string]any) { delete(c, "realm_access") }))
	if err != nil || len(p.Scopes) != 0 || p.May(service.ScopePlansRead) {
		t.Errorf("without roles: %+v, %v", p, err)
	}
	v.options.RolesClaim, v.options.Tenant = "roles", "main"
	p, err = v.Authenticate(t.Context(), i.token(func(_, c map[string]any) { delete(c, "tenant"); c["roles"] = "viewer admin" }))
	if err != nil || p.Tenant != "main" || !p.May(service.ScopeAdmin) {
		t.Errorf("roles as a text and no tenant: %+v, %v", p, err)
	}
}

// A token that is expired, of another issuer or audience, unsigned, altered, or without a tenant is refused.
func TestBadTokens(t *testing.T) {
	t.Parallel()
	i, other := newIssuer(t), newIssuer(t)
	v := verifier(i)
	unsigned := func(part map[string]any) string {
		data, _ := json.Marshal(part)
		return base64.RawURLEncoding.EncodeToString(data)
	}
	none := unsigned(map[string]any{"alg": "none"}) + "." + unsigned(map[string]any{"iss": i.http.URL, "aud": "quartermaster",
		"sub": "eve", "exp": time.Now().Add(time.Hour).Unix(), "tenant": "acme"}) + "."
	good := i.token(nil)
	for name, token := range map[string]string{
		"expired":        i.token(func(_, c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }),
		"audience":       i.token(func(_, c map[string]any) { c["aud"] = "another" }),
		"issuer":         i.token(func(_, c map[string]any) { c["iss"] = other.http.URL }),
		"other's key":    other.token(func(_, c map[string]any) { c["iss"] = i.http.URL }),
		"no tenant":      i.token(func(_, c map[string]any) { delete(c, "tenant") }),
		"algorithm none": none,
		"altered":        good[:len(good)-4] + "AAAA",
		"no token":       "x.y.z",
	} {
		if _, err := v.Authenticate(t.Context(), token); !errors.Is(err, service.ErrUnauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An issuer that is away makes nobody unknown: the answer is that it cannot be asked now.
func TestIssuerAway(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	token := i.token(nil)
	i.down.Store(true)
	v := verifier(i)
	if _, err := v.Authenticate(t.Context(), token); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("no discovery: %v", err)
	}
	i.down.Store(false)
	v.failed = time.Time{} // as if a little later
	if _, err := v.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	i.turnKey()
	token = i.token(nil)
	i.down.Store(true)
	if _, err := v.Authenticate(t.Context(), token); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("no keys: %v", err)
	}
}
