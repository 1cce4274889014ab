package bench

import (
	"strings"
	"testing"
)

// What is recorded must be found within its tolerance, whatever else is found beside it; the first value that is not is named.
func TestHold(t *testing.T) {
	t.Parallel()
	within := func(key string, _ float64) float64 { return map[string]float64{"loose": 0.5}[key] }
	found := map[string]any{"loose": 1.4, "exact": 2.0, "list": []float64{1, 2}, "word": "grey", "deep": map[string]any{"loose": 1.0}, "extra": 9}
	if err := Hold("case", found, map[string]any{"loose": 1.0, "exact": 2.0, "list": []any{1.0, 2.0}, "word": "grey", "deep": map[string]any{"loose": 1.3}}, within); err != nil {
		t.Error(err)
	}
	for want, recorded := range map[string]any{
		"exact is 2":   map[string]any{"exact": 2.1},
		"not computed": map[string]any{"missing": 1.0},
		"entry 1":      map[string]any{"list": []any{1.0, 3.0}},
		"list is":      map[string]any{"list": []any{1.0}},
		"word is grey": map[string]any{"word": "safe"},
		"nothing to":   map[string]any{"word": map[string]any{}},
		"loose is 1":   map[string]any{"deep": map[string]any{"loose": 1.6}},
	} {
		if err := Hold("case", found, recorded, within); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
