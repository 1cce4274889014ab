package roads

import (
	"context"
	"errors"
	"testing"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/routing/road"
)

func options(only string) bench.Options {
	return bench.Options{Only: only, Budget: time.Second, Seed: 1, Workers: 2}
}

// A small country passes through every step of the bench without a mismatch, and the same seed draws the same country.
func TestRoadsOnACountry(t *testing.T) {
	t.Parallel()
	report, err := bench.Execute(t.Context(), Roads(), options("synthetic-12k"))
	if err != nil {
		t.Fatal(err)
	}
	if report.Figures["mismatches"] != 0 || report.Figures["pairs"] < 10_000 || report.Figures["query_us"] <= 0 {
		t.Errorf("figures %v", report.Figures)
	}
	hash := func(seed uint64) string {
		g, _, err := buildCountry(context.Background(), 2000, road.Van(), seed, road.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return g.Hash()
	}
	first, again := hash(1), hash(1)
	if first != again || first == hash(2) {
		t.Error("the country does not follow its seed")
	}
}

func TestRoadsRefuses(t *testing.T) {
	t.Parallel()
	o := options("")
	o.Data = t.TempDir()
	if _, err := bench.Execute(t.Context(), Roads(), o); !errors.Is(err, bench.ErrUsage) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := bench.Execute(t.Context(), Roads(), options("synthetic-big*")); !errors.Is(err, bench.ErrUsage) {
		t.Errorf("no such country: %v", err)
	}
}

// Traces over a small country are matched mostly right.
func TestMatchingOnACountry(t *testing.T) {
	t.Parallel()
	report, err := bench.Execute(t.Context(), Matching(), options("synthetic-12k"))
	if err != nil {
		t.Fatal(err)
	}
	if report.Figures["right_pct"] < 95 || report.Figures["points_per_s"] <= 0 {
		t.Errorf("figures %v", report.Figures)
	}
}
