package app

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"quartermaster/internal/config"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// certificateSoon is how long before its end a certificate is worth a word.
const certificateSoon = 21 * 24 * time.Hour

// warning is a finding that keeps nothing from working and should be looked at.
func warning(check, format string, args ...any) Finding {
	return Finding{Check: check, OK: true, Warning: true, Detail: fmt.Sprintf(format, args...)}
}

// examineWall looks whether the second wall between tenants stands.
func examineWall(ctx context.Context, s *store.Store) Finding {
	const check = "row-level security"
	if s.Name() == "sqlite" {
		return finding(check, nil, "a SQLite file has none; tenants are kept apart by the statements")
	}
	weak, err := s.Wall(ctx)
	switch {
	case err != nil:
		return finding(check, err, "")
	case len(weak) > 0:
		return warning(check, "%s", strings.Join(weak, "; "))
	}
	return finding(check, nil, "on every table with a tenant, and holds for this role")
}

// examineKeys looks for keys that let somebody in, and for those that soon will not.
func examineKeys(ctx context.Context, s *store.Store, cfg config.Config) Finding {
	const check = "API keys"
	tenants, err := s.Tenants(ctx)
	if err != nil {
		return finding(check, err, "")
	}
	now := time.Now()
	valid, soon, admins := 0, 0, 0
	for _, t := range tenants {
		keys, err := s.Keys(ctx, t.ID)
		if err != nil {
			return finding(check, err, "")
		}
		for _, k := range keys {
			if !k.Valid(now.UnixMicro()) {
				continue
			}
			valid++
			if (service.Principal{Scopes: k.Scopes}).May(service.ScopeAdmin) {
				admins++
			}
			if k.ExpiresUs > 0 && k.ReplacedBy == "" && time.UnixMicro(k.ExpiresUs).Sub(now) < certificateSoon {
				soon++
			}
		}
	}
	switch {
	case soon > 0:
		return warning(check, "%d of %d valid ones end within three weeks and have no successor: quartermaster keys rotate", soon, valid)
	case admins == 0 && cfg.OIDCIssuer == "" && (cfg.Auth == "required" || reachable(cfg.Listen)):
		return warning(check, "callers need one, and no administrator has: quartermaster keys create --role admin --name …")
	}
	return finding(check, nil, "%d valid of %d tenants", valid, len(tenants))
}

// reachable says whether an address is more than loopback's.
func reachable(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// examineEncryption looks whether personal data can be kept.
func examineEncryption(cfg config.Config) Finding {
	const check = "encryption key"
	keys, err := service.ParseMasterKeys(cfg.EncryptionKey)
	switch {
	case err != nil:
		return finding(check, fmt.Errorf("QUARTERMASTER_ENCRYPTION_KEY: %w", err), "")
	case keys.Current() == "":
		return warning(check, "none: names, addresses, phones and mail addresses are refused, and webhooks' secrets lie in the clear; set QUARTERMASTER_ENCRYPTION_KEY to ID:KEY, the key as of openssl rand -base64 32")
	}
	return finding(check, nil, "%s is in force", keys.Current())
}

// examineWebhooks looks whether webhooks' secrets lie under the key in force.
func examineWebhooks(ctx context.Context, s *store.Store, cfg config.Config) Finding {
	const check = "webhook secrets"
	keys, err := service.ParseMasterKeys(cfg.EncryptionKey)
	if err != nil {
		return finding(check, errors.New("cannot be looked at without the encryption key"), "")
	}
	tenants, err := s.Tenants(ctx)
	if err != nil {
		return finding(check, err, "")
	}
	open, stale, hooks := 0, 0, &service.SealedWebhooks{WebhookStore: s, Keys: keys}
	for _, t := range tenants {
		p, old, err := hooks.OpenSecrets(ctx, t.ID)
		if err != nil {
			return finding(check, err, "")
		}
		open, stale = open+p, stale+old
	}
	switch {
	case open+stale > 0 && keys.Current() == "":
		return warning(check, "those of %d receivers lie in the clear and those of %d under a key that is not here: set QUARTERMASTER_ENCRYPTION_KEY", open, stale)
	case open+stale > 0:
		return warning(check, "those of %d receivers lie in the clear and those of %d under an older key: quartermaster personal rewrap", open, stale)
	}
	return finding(check, nil, "none lies in the clear")
}

// examineTLS looks at the certificate and how long it holds.
func examineTLS(cfg config.Config) Finding {
	const check = "TLS"
	if cfg.TLSCert == "" {
		if reachable(cfg.Listen) {
			return warning(check, "%s is served without: keys travel in the clear unless something in front encrypts", cfg.Listen)
		}
		return finding(check, nil, "none, and only this machine can reach the address")
	}
	if _, err := loadCertificate(cfg.TLSCert, cfg.TLSKey, func(error) {}); err != nil {
		return finding(check, err, "")
	}
	end, err := certificateEnd(cfg.TLSCert)
	left := time.Until(end)
	switch {
	case err != nil:
		return finding(check, err, "")
	case left <= 0:
		return finding(check, fmt.Errorf("the certificate ended on %s: renew it", end.Format(time.DateOnly)), "")
	case left < certificateSoon:
		return warning(check, "the certificate ends on %s: renew it", end.Format(time.DateOnly))
	}
	return finding(check, nil, "the certificate holds until %s", end.Format(time.DateOnly))
}

func certificateEnd(file string) (time.Time, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return time.Time{}, errors.New("the certificate file holds no PEM block")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, err
	}
	return cert.NotAfter, nil
}
