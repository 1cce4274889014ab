package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"quartermaster/internal/config"
	"quartermaster/internal/identity"
	"quartermaster/internal/service"
)

// errOpen is why an address that others can reach is not served without authentication.
const errOpen = `%s can be reached from other machines and authentication is off: whoever reaches it could do everything.
Leave --auth at auto and make a key first (quartermaster keys create --role admin --name me), or listen on 127.0.0.1`

// authenticator is how callers of the API are known; nil where authentication is off.
func (a *App) authenticator(address net.Addr) (func(context.Context, string) (service.Principal, error), error) {
	switch {
	case a.Config.Auth == "off" && !loopback(address):
		return nil, fmt.Errorf(errOpen, address)
	case a.Config.Auth == "off", a.Config.Auth != "required" && a.Config.OIDCIssuer == "" && loopback(address):
		a.unguarded = true
		return nil, nil
	}
	var tokens *identity.Verifier
	if a.Config.OIDCIssuer != "" {
		tokens = identity.New(identity.Options{
			Issuer: a.Config.OIDCIssuer, Audience: a.Config.OIDCAudience, Tenant: a.Config.OIDCTenant,
			TenantClaim: a.Config.OIDCTenantPath, RolesClaim: a.Config.OIDCRolesPath,
		})
	}
	return func(ctx context.Context, token string) (service.Principal, error) {
		switch {
		case strings.HasPrefix(token, service.KeyPrefix):
			return a.Access.Authenticate(ctx, token)
		case tokens != nil:
			return tokens.Authenticate(ctx, token)
		}
		return service.Principal{}, fmt.Errorf("%w: this is no API key, and no issuer of tokens is configured", service.ErrUnauthenticated)
	}, nil
}

// Unguarded says that the API asks nobody who they are, since only this machine can reach it.
func (a *App) Unguarded() bool { return a.unguarded }

// OpenBeside is Open for verbs that write a few rows: it also works beside a running service. Two processes that hand out
// jobs of one SQLite file would harm each other, two that write to it do not.
func OpenBeside(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	a, err := Open(ctx, cfg, log)
	if !errors.Is(err, ErrHomeInUse) {
		return a, err
	}
	a = &App{Config: cfg, Log: log}
	if err := a.openStore(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.Migrated(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}
