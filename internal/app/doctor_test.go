package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// A clock that is seconds off the database's is found, with the side; one that is right passes.
func TestExamineClock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off   time.Duration
		err   error
		wrong string // part of the complaint, "" = none
	}{
		"right":  {},
		"behind": {off: time.Hour, wrong: "behind the database's"},
		"ahead":  {off: -time.Hour, wrong: "ahead of the database's"},
		"away":   {err: errors.New("no answer"), wrong: "no answer"},
	} {
		got := examineClock(t.Context(), func(context.Context) (int64, error) {
			return time.Now().Add(c.off).UnixMicro(), c.err
		})
		if got.OK != (c.wrong == "") || !strings.Contains(got.Detail, c.wrong) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
