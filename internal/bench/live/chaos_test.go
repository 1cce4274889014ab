package live

import (
	"testing"
	"time"

	"quartermaster/internal/bench"
)

// With the way to PostgreSQL cut or half-open, or to Redis cut, every request is answered well or asked to come again, within
// the program's patience; all that was accepted is done in the end. Then each of two API and two worker processes is
// replaced under load: no request fails and nothing is lost. (The long form, with all troubles, is bench chaos.)
func TestChaos(t *testing.T) {
	t.Parallel()
	out, err := runChaos(t.Context(), bench.Options{}, outage{good: 300 * time.Millisecond, bad: 2500 * time.Millisecond, perSecond: 10,
		only: []string{"postgresql cut", "postgresql half-open", "redis cut"}}, 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range out.Rows {
		t.Logf("%+v", row)
	}
	for _, key := range []string{"lost", "outage_failed", "rolling_failed", "rolling_lost"} {
		if out.Figures[key] != 0 {
			t.Errorf("%s is %v", key, out.Figures[key])
		}
	}
	if out.Figures["accepted"] < 20 {
		t.Errorf("only %v jobs were accepted: nothing is proved", out.Figures["accepted"])
	}
}
