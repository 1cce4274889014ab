package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrUnauthenticated: it is not known who asks, or the key or token is not valid (any more).
var ErrUnauthenticated = errors.New("service: unauthenticated")

// APIKey is what is known of a key; the key itself is shown once and never stored.
type APIKey struct {
	Tenant     string
	ID         string // the visible part of the key, unique in the installation
	Name       string // what it is for, in its owner's words
	Role       AccessRole
	Scopes     []Scope
	CreatedBy  string
	CreatedUs  int64
	ExpiresUs  int64 // 0 = never
	RevokedUs  int64 // 0 = not
	ReplacedBy string
	LastUsedUs int64 // to the minute; 0 = never
}

// Valid says whether a key may be used at a time.
func (k APIKey) Valid(nowUs int64) bool {
	return k.RevokedUs == 0 && (k.ExpiresUs == 0 || nowUs < k.ExpiresUs)
}

// Tenant is one business of an installation.
type Tenant struct {
	ID        string
	Name      string
	CreatedUs int64
}

// AccessStore keeps keys and tenants.
type AccessStore interface {
	// SaveTenant makes a tenant; ErrConflict when there is one of that id.
	SaveTenant(ctx context.Context, t Tenant) (Tenant, error)
	Tenants(ctx context.Context) ([]Tenant, error) // by id
	// SaveKey stores a new key with the hash of it; ErrNotFound when there is no such tenant.
	SaveKey(ctx context.Context, k APIKey, hash []byte) (APIKey, error)
	// Key reads a key by its id whatever its tenant, with the hash.
	Key(ctx context.Context, id string) (k APIKey, hash []byte, err error)
	Keys(ctx context.Context, tenant string) ([]APIKey, error) // newest first
	// ReplaceKey stores a successor and lets the old key end at expiresUs, in one transaction; ErrConflict when the old one
	// is revoked, expired or replaced already.
	ReplaceKey(ctx context.Context, tenant, id string, successor APIKey, hash []byte, expiresUs int64) (APIKey, error)
	// RevokeKey ends a key now; twice is no error.
	RevokeKey(ctx context.Context, tenant, id string) (APIKey, error)
	// TouchKeys notes when keys were last used.
	TouchKeys(ctx context.Context, lastUs map[string]int64) error
}

// KeyPrefix begins every API key, so that scanners for leaked secrets know it.
const KeyPrefix = "qm_"

// Limits of what keys may be.
const (
	MaxKeyName    = 100
	MaxKeyLife    = 5 * 366 * 24 * time.Hour
	MaxKeyOverlap = 30 * 24 * time.Hour
)

// keyMemory is how long a key that was looked up is believed: a revoked one is refused that much later at most.
const keyMemory = 5 * time.Second

// maxRemembered bounds the keys remembered at a time.
const maxRemembered = 10_000

// Access is the use case of who may do what.
type Access struct {
	Store AccessStore
	Now   func() time.Time // nil = time.Now

	mu     sync.Mutex
	memory map[string]knownKey // by id
	used   map[string]int64    // last uses that are not stored yet
}

type knownKey struct {
	key   APIKey
	hash  []byte // nil: there is no such key
	until time.Time
}

// NewKey is a key to be made.
type NewKey struct {
	Name   string
	Role   AccessRole    // "" = Scopes says what it may do
	Scopes []Scope       // added to those of the role
	Life   time.Duration // 0 = for ever
}

func (a *Access) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// CreateKey makes a key and gives it; this is the one time that it can be seen.
func (a *Access) CreateKey(ctx context.Context, tenant, by string, n NewKey) (k APIKey, secret string, err error) {
	k = APIKey{Tenant: tenant, Name: strings.TrimSpace(n.Name), Role: n.Role, CreatedBy: by}
	if k.Scopes, err = n.scopes(); err != nil {
		return APIKey{}, "", err
	}
	switch {
	case k.Name == "" || len(k.Name) > MaxKeyName:
		return APIKey{}, "", fmt.Errorf("%w: name: a key needs a name of 1 to %d letters that says what it is for", ErrInvalid, MaxKeyName)
	case n.Life < 0 || n.Life > MaxKeyLife:
		return APIKey{}, "", fmt.Errorf("%w: expires: a key lives at most %d days; give none for one that does not end", ErrInvalid, MaxKeyLife/(24*time.Hour))
	case n.Life > 0:
		k.ExpiresUs = a.now().Add(n.Life).UnixMicro()
	}
	secret, hash := drawKey(&k)
	k, err = a.Store.SaveKey(ctx, k, hash)
	return k, secret, err
}

func (n NewKey) scopes() ([]Scope, error) {
	var out []Scope
	if n.Role != "" {
		of, ok := ScopesOf(n.Role)
		if !ok {
			return nil, fmt.Errorf("%w: role: %q is none of %v", ErrInvalid, n.Role, AccessRoles())
		}
		out = of
	}
	for _, s := range n.Scopes {
		if !slices.Contains(Scopes(), s) {
			return nil, fmt.Errorf("%w: scopes: %q is none of %v", ErrInvalid, s, Scopes())
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: role: give a role (%v) or scopes (%v)", ErrInvalid, AccessRoles(), Scopes())
	}
	return out, nil
}

// drawKey gives k an id and gives the key with its hash. The secret part has 256 random bits, so that its plain SHA-256
// cannot be searched for and needs no slow hash.
func drawKey(k *APIKey) (secret string, hash []byte) {
	var random [8 + 32]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	k.ID = strings.ToLower(enc.EncodeToString(random[:8]))[:12]
	secret = KeyPrefix + k.ID + "_" + strings.ToLower(enc.EncodeToString(random[8:]))
	sum := sha256.Sum256([]byte(secret))
	return secret, sum[:]
}

// RotateKey makes a successor with the same rights and as long a life; the old key goes on for overlap, so that its users
// can change one after another.
func (a *Access) RotateKey(ctx context.Context, tenant, by, id string, overlap time.Duration) (k APIKey, secret string, err error) {
	if overlap < 0 || overlap > MaxKeyOverlap {
		return APIKey{}, "", fmt.Errorf("%w: overlap: between 0 and %d days", ErrInvalid, MaxKeyOverlap/(24*time.Hour))
	}
	old, err := a.ownKey(ctx, tenant, id)
	if err != nil {
		return APIKey{}, "", err
	}
	now := a.now()
	k = APIKey{Tenant: tenant, Name: old.Name, Role: old.Role, Scopes: old.Scopes, CreatedBy: by}
	if old.ExpiresUs > 0 {
		k.ExpiresUs = now.UnixMicro() + old.ExpiresUs - old.CreatedUs
	}
	secret, hash := drawKey(&k)
	end := now.Add(overlap).UnixMicro()
	if old.ExpiresUs > 0 {
		end = min(end, old.ExpiresUs)
	}
	k, err = a.Store.ReplaceKey(ctx, tenant, id, k, hash, end)
	a.forget(id)
	return k, secret, err
}

// RevokeKey ends a key. Processes that have just seen it believe it for a few seconds more.
func (a *Access) RevokeKey(ctx context.Context, tenant, id string) (APIKey, error) {
	k, err := a.Store.RevokeKey(ctx, tenant, id)
	a.forget(id)
	return k, err
}

func (a *Access) ownKey(ctx context.Context, tenant, id string) (APIKey, error) {
	k, _, err := a.Store.Key(ctx, id)
	if err == nil && k.Tenant != tenant {
		err = fmt.Errorf("%w: key %s", ErrNotFound, id)
	}
	return k, err
}

// Authenticate tells whose key this is, or ErrUnauthenticated.
func (a *Access) Authenticate(ctx context.Context, secret string) (Principal, error) {
	id, ok := keyID(secret)
	if !ok {
		return Principal{}, fmt.Errorf("%w: this is no API key", ErrUnauthenticated)
	}
	known, err := a.lookUp(ctx, id)
	if err != nil {
		return Principal{}, err
	}
	// The hash of the given key is compared even where there is none, in the same time.
	sum := sha256.Sum256([]byte(secret))
	stored := known.hash
	if len(stored) != len(sum) {
		stored = make([]byte, len(sum))
	}
	now := a.now()
	if subtle.ConstantTimeCompare(sum[:], stored) != 1 || known.hash == nil {
		return Principal{}, fmt.Errorf("%w: this API key is not known", ErrUnauthenticated)
	}
	if !known.key.Valid(now.UnixMicro()) {
		return Principal{}, fmt.Errorf("%w: API key %s was revoked or has expired", ErrUnauthenticated, id)
	}
	a.noteUse(known.key, now)
	return Principal{Tenant: known.key.Tenant, Name: "key " + id + " (" + known.key.Name + ")", KeyID: id, Scopes: known.key.Scopes}, nil
}

// keyID is the visible part of a key.
func keyID(secret string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(secret, KeyPrefix)
	id, part, found := strings.Cut(rest, "_")
	return id, ok && found && len(id) == 12 && len(part) == 52
}

// lookUp reads a key, or remembers it.
func (a *Access) lookUp(ctx context.Context, id string) (knownKey, error) {
	now := a.now()
	a.mu.Lock()
	known, ok := a.memory[id]
	a.mu.Unlock()
	if ok && now.Before(known.until) {
		return known, nil
	}
	k, hash, err := a.Store.Key(ctx, id)
	if errors.Is(err, ErrNotFound) {
		k, hash, err = APIKey{}, nil, nil
	}
	if err != nil {
		return knownKey{}, err
	}
	known = knownKey{key: k, hash: hash, until: now.Add(keyMemory)}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.memory == nil || len(a.memory) >= maxRemembered {
		a.memory = map[string]knownKey{}
	}
	a.memory[id] = known
	return known, nil
}

func (a *Access) forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.memory, id)
}

// noteUse remembers when a key was used; Flush stores it.
func (a *Access) noteUse(k APIKey, now time.Time) {
	us := now.Truncate(time.Minute).UnixMicro()
	if us <= k.LastUsedUs {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used == nil {
		a.used = map[string]int64{}
	}
	a.used[k.ID] = us
}

// Flush stores when keys were last used.
func (a *Access) Flush(ctx context.Context) error {
	a.mu.Lock()
	used := a.used
	a.used = nil
	a.mu.Unlock()
	if len(used) == 0 {
		return nil
	}
	return a.Store.TouchKeys(ctx, used)
}
