package service

import (
	"context"
	"slices"
)

// Scope is the right to do one kind of thing.
type Scope string

// The scopes. Each operation needs one of them; ScopeAdmin includes all others.
const (
	ScopePlansRead    Scope = "plans:read"    // plans, promises, scenarios and jobs
	ScopePlansWrite   Scope = "plans:write"   // ask for them, confirm promises, cancel and retry jobs
	ScopeOrdersRead   Scope = "orders:read"   // orders, without who they are for
	ScopeOrdersWrite  Scope = "orders:write"  // store and cancel orders
	ScopeFactsRead    Scope = "facts:read"    // items, sites, stock, sales, suppliers, vehicles
	ScopeFactsWrite   Scope = "facts:write"   // store them
	ScopeTasksRead    Scope = "tasks:read"    // see a warehouse's tasks
	ScopeTasksWork    Scope = "tasks:work"    // lease tasks and say how they ended
	ScopePersonalRead Scope = "personal:read" // names, addresses, phones and mail addresses of consignees
	ScopeMetricsRead  Scope = "metrics:read"  // figures about the whole installation
	ScopeSelf         Scope = "self"          // ask who one is; everybody holds it
	ScopeAdmin        Scope = "admin"         // keys, webhooks, the audit journal, erasing; and all of the above
)

// Scopes lists all scopes.
func Scopes() []Scope {
	return []Scope{
		ScopePlansRead, ScopePlansWrite, ScopeOrdersRead, ScopeOrdersWrite, ScopeFactsRead, ScopeFactsWrite,
		ScopeTasksRead, ScopeTasksWork, ScopePersonalRead, ScopeMetricsRead, ScopeSelf, ScopeAdmin,
	}
}

// AccessRole is a bundle of scopes for one kind of user.
type AccessRole string

// The roles.
const (
	AccessViewer      AccessRole = "viewer"       // looks at everything that is nobody's personal data
	AccessPlanner     AccessRole = "planner"      // asks for plans and scenarios, declares facts
	AccessOrderSystem AccessRole = "order-system" // brings orders, asks for plans and promises
	AccessWarehouse   AccessRole = "warehouse"    // a controller on the floor
	AccessAdmin       AccessRole = "admin"
)

// AccessRoles lists all roles.
func AccessRoles() []AccessRole {
	return []AccessRole{AccessViewer, AccessPlanner, AccessOrderSystem, AccessWarehouse, AccessAdmin}
}

// ScopesOf is what a role may do; ok is false for a role that is not known.
func ScopesOf(role AccessRole) (scopes []Scope, ok bool) {
	switch role {
	case AccessViewer:
		return []Scope{ScopePlansRead, ScopeOrdersRead, ScopeFactsRead, ScopeTasksRead}, true
	case AccessPlanner:
		return []Scope{ScopePlansRead, ScopePlansWrite, ScopeOrdersRead, ScopeFactsRead, ScopeFactsWrite, ScopeTasksRead}, true
	case AccessOrderSystem:
		return []Scope{ScopePlansRead, ScopePlansWrite, ScopeOrdersRead, ScopeOrdersWrite, ScopePersonalRead, ScopeFactsRead}, true
	case AccessWarehouse:
		return []Scope{ScopeTasksRead, ScopeTasksWork, ScopeFactsRead}, true
	case AccessAdmin:
		return []Scope{ScopeAdmin}, true
	}
	return nil, false
}

// Principal is who asks: an API key, a person with a token, or, where authentication is off, anybody.
type Principal struct {
	Tenant string
	Name   string // for the journal: "key qm_1a2b3c4d (till 3)", "oidc anna@example.org", "anonymous"
	KeyID  string // "" without an API key
	Scopes []Scope
}

// May says whether a principal may do what a scope stands for.
func (p Principal) May(s Scope) bool {
	return s == ScopeSelf || slices.Contains(p.Scopes, s) || slices.Contains(p.Scopes, ScopeAdmin)
}

type principalKey struct{}

// WithPrincipal notes in ctx who asks.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// PrincipalOf tells who asks; ok is false where nobody is known.
func PrincipalOf(ctx context.Context) (p Principal, ok bool) {
	p, ok = ctx.Value(principalKey{}).(Principal)
	return p, ok
}
