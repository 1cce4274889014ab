package live

import (
	"context"
	"fmt"
	"os"
	"testing"

	"quartermaster/internal/servers"
)

// TestMain lets the test program be the worker that the crash runs start and kill.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == WorkerVerb {
		if err := Worker(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) == 2 && os.Args[1] == MemberVerb {
		if err := Member(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Workers on PostgreSQL and Redis are killed 50 times in the middle of jobs, and Redis forgets everything 10 times: every
// job is done in the end, and its effect has happened exactly once.
func TestKillOnServers(t *testing.T) {
	t.Parallel()
	pair, err := servers.Start(t.Context(), servers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Stop() })
	judge(t, CrashRun{
		Processes: 2, Kills: 50, Flushes: 10, Seed: 1,
		at: place{store: pair.Postgres.URL, redis: pair.Redis.URL}, flush: pair.Redis.FlushAll,
	})
}

// The one process of the embedded pair is killed 50 times and started again on the same folder, with the same outcome.
func TestKillEmbedded(t *testing.T) {
	t.Parallel()
	judge(t, CrashRun{Processes: 1, Kills: 50, Seed: 1, at: place{store: sqliteIn(t.TempDir())}})
}

func judge(t *testing.T, run CrashRun) {
	t.Helper()
	left, err := run.Do(t.Context())
	t.Logf("%+v", left)
	if err != nil {
		t.Fatal(err)
	}
	if left.Kills != run.Kills || left.Flushes != run.Flushes {
		t.Errorf("%d kills and %d flushes were done, want %d and %d", left.Kills, left.Flushes, run.Kills, run.Flushes)
	}
	if left.Rerun < run.Kills/2 {
		t.Errorf("only %d jobs were begun again: the kills hit too little work to prove anything", left.Rerun)
	}
	if left.Lost != 0 || left.Doubled != 0 {
		t.Errorf("%d jobs lost, %d effects doubled; want none", left.Lost, left.Doubled)
	}
}

// The process that forecasts a catalogue is killed twice in the middle of chunks, on either pair of store and queue: what was
// stored stays, the chunks under way are begun again, and in the end every item has one forecast.
func TestForecastRunSurvivesKills(t *testing.T) {
	t.Parallel()
	pair, err := servers.Start(t.Context(), servers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Stop() })
	for name, at := range map[string]place{"servers": {store: pair.Postgres.URL, redis: pair.Redis.URL}, "embedded": {store: sqliteIn(t.TempDir())}} {
		left, err := ForecastCrash{Series: 1600, KillAt: []float64{0, 0.4}, Slots: 1, Seed: 1, Report: func(float64, string) {}, at: at}.do(t.Context())
		t.Logf("%s: %+v", name, left)
		if err != nil {
			t.Fatal(name, err)
		}
		if left.Kills != 2 || left.BegunAgain == 0 {
			t.Errorf("%s: the kills hit no work: %+v", name, left)
		}
		if left.Missing != 0 || left.Doubled != 0 {
			t.Errorf("%s: %d forecasts missing, %d doubled; want none", name, left.Missing, left.Doubled)
		}
	}
}
