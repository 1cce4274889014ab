package live

import (
	"testing"

	"quartermaster/internal/bench"
)

// Every bomb is refused by a process that lives on. (The slow connections are internal/app's test, their figures the bench's.)
func TestBombsAreRefused(t *testing.T) {
	t.Parallel()
	out, err := runSiege(t.Context(), bench.Options{Only: "bomb*", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if out.Figures["bombs"] < 10 || out.Figures["bombs_refused"] != out.Figures["bombs"] {
		t.Errorf("%+v", out.Rows)
	}
}
