package service

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SealedWebhooks is a WebhookStore whose secrets lie encrypted in the store below it, under the installation's key: whoever
// reads a backup can sign nothing in our name. Without a key they lie there as they are, and so do those that were stored
// before there was one, until Reseal. A secret whose key the environment does not have stays sealed, and signs nothing.
type SealedWebhooks struct {
	WebhookStore
	Keys *MasterKeys
}

// sealedPrefix begins a sealed secret: sealed:KEY:BASE64. No secret of ours begins so.
const sealedPrefix = "sealed:"

// Sealed says whether a secret is encrypted, and so signs nothing.
func (s WebhookSecret) Sealed() bool { return strings.HasPrefix(s.Secret, sealedPrefix) }

// webhookPlace binds a sealed secret to its tenant.
func webhookPlace(tenant string) string { return tenant + "\x00webhook" }

// seal gives a copy of a webhook whose open secrets are sealed.
func (s *SealedWebhooks) seal(tenant string, w Webhook) Webhook {
	master := s.Keys.Current()
	if master == "" {
		return w
	}
	w.Secrets = append([]WebhookSecret(nil), w.Secrets...)
	for i, x := range w.Secrets {
		if !x.Sealed() {
			box := seal(s.Keys.keys[master], []byte(x.Secret), webhookPlace(tenant))
			w.Secrets[i].Secret = sealedPrefix + master + ":" + base64.StdEncoding.EncodeToString(box)
		}
	}
	return w
}

// open gives a copy of a webhook whose secrets are open, as far as their keys are there.
func (s *SealedWebhooks) open(tenant string, w Webhook) Webhook {
	w.Secrets = append([]WebhookSecret(nil), w.Secrets...)
	for i, x := range w.Secrets {
		if plain, ok := s.openSecret(tenant, x); ok {
			w.Secrets[i].Secret = plain
		}
	}
	return w
}

func (s *SealedWebhooks) openSecret(tenant string, x WebhookSecret) (plain string, ok bool) {
	if !x.Sealed() || s.Keys == nil {
		return "", false
	}
	// Base64 has no colon, and a key's name may have some.
	sealed := strings.TrimPrefix(x.Secret, sealedPrefix)
	cut := strings.LastIndexByte(sealed, ':')
	if cut < 0 || s.Keys.keys[sealed[:cut]] == nil {
		return "", false
	}
	box, err := base64.StdEncoding.DecodeString(sealed[cut+1:])
	if err != nil {
		return "", false
	}
	text, err := unseal(s.Keys.keys[sealed[:cut]], box, webhookPlace(tenant))
	return string(text), err == nil
}

// AddWebhook stores a receiver with its secrets sealed.
func (s *SealedWebhooks) AddWebhook(ctx context.Context, tenant string, w Webhook) (Webhook, error) {
	w, err := s.WebhookStore.AddWebhook(ctx, tenant, s.seal(tenant, w))
	return s.open(tenant, w), err
}

// SaveWebhook replaces a receiver, its secrets sealed.
func (s *SealedWebhooks) SaveWebhook(ctx context.Context, tenant string, w Webhook) (Webhook, error) {
	w, err := s.WebhookStore.SaveWebhook(ctx, tenant, s.seal(tenant, w))
	return s.open(tenant, w), err
}

// Webhook reads a receiver with its secrets open.
func (s *SealedWebhooks) Webhook(ctx context.Context, tenant, id string) (Webhook, error) {
	w, err := s.WebhookStore.Webhook(ctx, tenant, id)
	return s.open(tenant, w), err
}

// Webhooks lists receivers with their secrets open.
func (s *SealedWebhooks) Webhooks(ctx context.Context, tenant string) ([]Webhook, error) {
	all, err := s.WebhookStore.Webhooks(ctx, tenant)
	for i := range all {
		all[i] = s.open(tenant, all[i])
	}
	return all, err
}

// ClaimDeliveries gives deliveries that are due, their receivers' secrets open.
func (s *SealedWebhooks) ClaimDeliveries(ctx context.Context, limit int, lease time.Duration) ([]Delivery, error) {
	all, err := s.WebhookStore.ClaimDeliveries(ctx, limit, lease)
	for i := range all {
		all[i].Webhook = s.open(all[i].Tenant, all[i].Webhook)
	}
	return all, err
}

// OpenSecrets counts a tenant's receivers with a secret that is not sealed, and those with one under another key than the one
// in force.
func (s *SealedWebhooks) OpenSecrets(ctx context.Context, tenant string) (plain, stale int, err error) {
	all, err := s.WebhookStore.Webhooks(ctx, tenant)
	for _, w := range all {
		var open, old bool
		for _, x := range w.Secrets {
			open = open || !x.Sealed()
			old = old || x.Sealed() && !strings.HasPrefix(x.Secret, sealedPrefix+s.Keys.Current()+":")
		}
		if open {
			plain++
		}
		if old {
			stale++
		}
	}
	return plain, stale, err
}

// Reseal puts a tenant's secrets under the key in force, those that were never sealed too, and tells of how many receivers.
func (s *SealedWebhooks) Reseal(ctx context.Context, tenant string) (moved int, err error) {
	current := s.Keys.Current()
	if current == "" {
		return 0, ErrNoKey
	}
	all, err := s.WebhookStore.Webhooks(ctx, tenant)
	if err != nil {
		return 0, err
	}
	for _, w := range all {
		if !needsSeal(w, current) {
			continue
		}
		w = s.open(tenant, w)
		for _, x := range w.Secrets {
			if x.Sealed() {
				return moved, fmt.Errorf("%w: a secret of webhook %s does not open by any key of the environment", ErrNoKey, w.ID)
			}
		}
		_, err := s.SaveWebhook(ctx, tenant, w)
		if errors.Is(err, ErrConflict) {
			return moved, fmt.Errorf("webhook %s was changed meanwhile, run it again: %w", w.ID, err)
		}
		if err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

func needsSeal(w Webhook, current string) bool {
	for _, x := range w.Secrets {
		if !strings.HasPrefix(x.Secret, sealedPrefix+current+":") {
			return true
		}
	}
	return false
}
