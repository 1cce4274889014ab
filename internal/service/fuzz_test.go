package service

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// nobodysKeys knows no API key.
type nobodysKeys struct{ AccessStore }

func (nobodysKeys) Key(context.Context, string) (APIKey, []byte, error) {
	return APIKey{}, nil, ErrNotFound
}

// Whatever is sent as a key is refused as one that nobody knows, and encryption keys from an environment are told to be wrong
// without being shown.
func FuzzSecrets(f *testing.F) {
	access := &Access{Store: nobodysKeys{}}
	for _, text := range []string{"", "qm_", "qm_4k2jq7y6m3xa_secret", "a:AAAA", "a:" + strings.Repeat("A", 43) + "=", "a:b,c:d", "\x00:\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := access.Authenticate(t.Context(), text); err == nil {
			t.Fatalf("%q is somebody", text)
		}
		keys, err := ParseMasterKeys(text)
		if err == nil && keys.Current() == "" && strings.TrimSpace(text) != "" {
			t.Fatalf("%q is no key and no error", text)
		}
		if _, secret, ok := strings.Cut(text, ":"); err != nil && ok && len(secret) > 20 && strings.Contains(err.Error(), secret) {
			t.Fatalf("%v shows the key", err)
		}
	})
}

// Whatever stands in a stored document or in a job's input gives a value or an error.
func FuzzDocuments(f *testing.F) {
	for _, text := range []string{`{}`, `{"sites":[{"site":{"id":"S"}}]}`, `{"origin_day":15306,"days":1e99}`, `[`, `null`, `{"items":[{"item":{"id":"A"},"name":"x"}]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if s, err := DecodeBusiness(document); err == nil {
			if _, err := EncodeBusiness(s); err != nil {
				t.Fatalf("%q was read and cannot be written: %v", document, err)
			}
		}
		_, _ = DecodeSites(document) // no panic is all that is asked of them
		_, _ = DecodeItemNames(document)
		var r PlanRequest
		_ = json.Unmarshal(document, &r)
		_, _ = ParseRef(string(document))
	})
}
