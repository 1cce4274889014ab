package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/bench"
)

func counting() bench.Bench {
	return bench.Bench{
		Name: "count", Summary: "Counts.",
		Figures: []bench.Figure{{Key: "total", Meaning: "things counted"}},
		Run: func(_ context.Context, opts bench.Options) (bench.Outcome, error) {
			out := bench.Outcome{Figures: map[string]float64{}}
			for _, name := range []string{"a-1", "a-2", "b-1"} {
				if opts.Selected(name) {
					out.Figures["total"]++
					out.Rows = append(out.Rows, bench.Row{Instance: name}.With("zeta", 1.5).With("alpha", "x"))
				}
			}
			return out, nil
		},
	}
}

func choosing() bench.Bench {
	b := counting()
	b.Models = []string{"a", "b"}
	return b
}

// Without --model the first model is measured, with it the one named.
func TestModel(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{"": "a", "b": "b"} {
		b := choosing()
		b.Run = func(_ context.Context, opts bench.Options) (bench.Outcome, error) {
			if opts.Model != want {
				t.Errorf("asked for %q, measured %q", asked, opts.Model)
			}
			return bench.Outcome{Figures: map[string]float64{"total": 0}}, nil
		}
		opts := options()
		opts.Model = asked
		if _, err := bench.Execute(t.Context(), b, opts); err != nil {
			t.Error(err)
		}
	}
}

func options() bench.Options { return bench.Options{Budget: time.Second, Seed: 7, Workers: 2} }

// The JSON of a report is one line with exactly the eight keys of the contract, and rows keep their own order.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	report, err := bench.Execute(t.Context(), counting(), options())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 1 || !strings.HasSuffix(b.String(), "\n") {
		t.Errorf("%d line ends, want one at the end", n)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"name", "figures", "rows", "seconds", "cpu_seconds", "peak_mb", "seed", "workers"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no %q in %s", key, &b)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("keys outside the contract: %v", got)
	}
	if !strings.Contains(b.String(), `{"instance":"a-1","zeta":1.5,"alpha":"x"}`) {
		t.Errorf("rows are not flat or lost their order: %s", &b)
	}
	if report.PeakMB <= 0 || report.Seed != 7 || report.Workers != 2 {
		t.Errorf("measured %+v", report)
	}
}

// A bench without rows still writes a list, so that readers need no special case.
func TestReportWithoutRows(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := (bench.Report{Name: "none"}).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"rows":[]`) {
		t.Error(b.String())
	}
}

// --only picks instances by glob.
func TestOnly(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.Only = "a-*"
	report, err := bench.Execute(t.Context(), counting(), opts)
	if err != nil || report.Figures["total"] != 2 {
		t.Errorf("%v, %v; want 2 instances", report.Figures, err)
	}
}

// The table shows rows, figures with their meaning, and what the run took.
func TestTable(t *testing.T) {
	t.Parallel()
	r := bench.Report{
		Name: "count", Figures: map[string]float64{"total": 1234567, "share": 0.12345}, Seconds: 1, Workers: 2,
		Rows: []bench.Row{bench.Row{Instance: "a"}.With("n", 1), bench.Row{Instance: "bb"}.With("n", 22)},
	}
	var b bytes.Buffer
	err := r.WriteTable(&b, []bench.Figure{{Key: "total", Meaning: "things"}, {Key: "share", Meaning: "of all"}})
	want := `instance  n
a         1
bb        22

total  1234567  things
share  0.1235   of all

count: 1.00 s, 0.00 s of processor, 0 MB at most, seed 0, 2 workers
`
	if err != nil || b.String() != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, &b, want)
	}
}

// What was asked for wrongly is refused before anything runs, and a bench that breaks its own promise is an error.
func TestRefusals(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	broken := counting()
	broken.Run = func(context.Context, bench.Options) (bench.Outcome, error) { return bench.Outcome{}, boom }
	silent := counting()
	silent.Run = func(context.Context, bench.Options) (bench.Outcome, error) { return bench.Outcome{}, nil }
	extra := counting()
	extra.Run = func(context.Context, bench.Options) (bench.Outcome, error) {
		return bench.Outcome{Figures: map[string]float64{"total": 1, "more": 2}}, nil
	}
	for name, c := range map[string]struct {
		b    bench.Bench
		edit func(*bench.Options)
		want string
		is   error
	}{
		"no workers":      {counting(), func(o *bench.Options) { o.Workers = 0 }, "workers is 0", bench.ErrUsage},
		"budget below 0":  {counting(), func(o *bench.Options) { o.Budget = -time.Second }, "budget is -1s", bench.ErrUsage},
		"no such model":   {choosing(), func(o *bench.Options) { o.Model = "c" }, `model is "c"; bench count has a, b`, bench.ErrUsage},
		"no choice":       {counting(), func(o *bench.Options) { o.Model = "a" }, "has no choice of models", bench.ErrUsage},
		"broken pattern":  {counting(), func(o *bench.Options) { o.Only = "[" }, "no valid pattern", bench.ErrUsage},
		"failing bench":   {broken, func(*bench.Options) {}, "bench count: boom", boom},
		"missing figure":  {silent, func(*bench.Options) {}, "figure total is missing", nil},
		"unlisted figure": {extra, func(*bench.Options) {}, "figure more is reported but not listed", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := options()
			c.edit(&opts)
			_, err := bench.Execute(t.Context(), c.b, opts)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v is not %v", err, c.is)
			}
		})
	}
	if _, err := bench.Find([]bench.Bench{counting()}, "nope"); !errors.Is(err, bench.ErrUsage) {
		t.Errorf("an unknown name gave %v", err)
	}
}

// A bench is a name, the figures it promises and a function; the contract's report comes from Execute.
func ExampleExecute() {
	report, err := bench.Execute(context.Background(), counting(), bench.Options{Budget: time.Second, Workers: 1})
	if err != nil {
		panic(err)
	}
	report.Seconds, report.CPUSeconds, report.PeakMB = 0, 0, 0 // they differ from run to run
	_ = report.WriteJSON(os.Stdout)
	// Output: {"name":"count","figures":{"total":3},"rows":[{"instance":"a-1","zeta":1.5,"alpha":"x"},{"instance":"a-2","zeta":1.5,"alpha":"x"},{"instance":"b-1","zeta":1.5,"alpha":"x"}],"seconds":0,"cpu_seconds":0,"peak_mb":0,"seed":0,"workers":1}
}
