package intake

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"quartermaster/internal/history"
)

// chunkRows is how many rows are read between two looks at the context.
const chunkRows = 8192

// progress tells how far one job is, in its own bytes and rows. Its error ends the job.
type progress func(ctx context.Context, doneBytes int64, rows int) error

// Read reads all sources as one import. Rows keep the order of the sources, and within them of the files.
//
// The error is an *InputError where the input is at fault (it names file, row and column), else ctx's. With an error the
// lines are nil and nothing may be kept; the report then still says what was found up to there.
func Read(ctx context.Context, sources []Source, opts Options) (*history.Lines, Report, error) {
	opts = opts.withDefaults()
	if len(sources) == 0 {
		return nil, Report{}, &InputError{First: Problem{Code: codeUnreadable, Sentence: "no file was given"}}
	}
	var jobs []*job
	for i, s := range sources {
		o, err := open(s)
		if err != nil {
			return nil, Report{}, err
		}
		defer o.close()
		more, err := plan(o, i, opts)
		if err != nil {
			return nil, Report{}, err
		}
		jobs = append(jobs, more...)
	}
	if err := run(ctx, jobs, opts); err != nil {
		return nil, report(jobs, opts), err
	}
	r := report(jobs, opts)
	if r.BadRows > opts.MaxBadRows {
		return nil, r, &InputError{First: r.Examples[0], BadRows: r.BadRows, Rows: r.Rows + r.BadRows}
	}
	return join(jobs), r, nil
}

func (o Options) withDefaults() Options {
	if o.MaxExamples <= 0 {
		o.MaxExamples = 100
	}
	if o.MaxRows <= 0 {
		o.MaxRows = 20_000_000
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// job is what one goroutine reads at a time.
type job struct {
	source int // index of its source
	weight int64
	unit   *unit
	read   func(ctx context.Context, w progress) error
}

// plan cuts a source into jobs: a text file is one, a Parquet file one per row group.
func plan(o *opened, source int, opts Options) ([]*job, error) {
	kind, skip, err := o.sniff()
	if err != nil {
		return nil, err
	}
	if kind == isParquet {
		return planParquet(o, source, opts)
	}
	u := newUnit(o.name, opts.MaxExamples)
	in := io.NewSectionReader(o.in, skip, o.size-skip)
	read := func(ctx context.Context, w progress) error { return u.readCSV(ctx, in, w) }
	if kind == isNDJSON {
		read = func(ctx context.Context, w progress) error { return u.readNDJSON(ctx, in, w) }
	}
	return []*job{{source: source, weight: o.size, unit: u, read: read}}, nil
}

func planParquet(o *opened, source int, opts Options) ([]*job, error) {
	t, err := openParquet(o.name, o.in, o.size)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	groups, row := len(t.file.RowGroups()), 1
	for g := range max(groups, 1) {
		u := newUnit(o.name, opts.MaxExamples)
		u.file.Format, u.file.Columns = "Parquet", t.columns()
		j := &job{source: source, weight: o.size / int64(max(groups, 1)), unit: u}
		j.read = func(context.Context, progress) error { return nil }
		if groups > 0 {
			first := row
			j.read = func(ctx context.Context, w progress) error { return u.readRowGroup(ctx, t, g, first, j.weight, w) }
			n := t.file.RowGroups()[g].NumRows()
			if n < 0 || n > int64(opts.MaxRows) || row+int(n) > opts.MaxRows+1 {
				return nil, tooLarge(o.name, opts.MaxRows)
			}
			row += int(n)
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func tooLarge(name string, limit int) error {
	return &InputError{First: Problem{File: name, Code: codeTooLarge,
		Sentence: fmt.Sprintf("the import has more than %d rows; split it", limit)}}
}

// run reads the jobs side by side. Of several errors it returns the one of the first job, whichever came first.
func run(ctx context.Context, jobs []*job, opts Options) error {
	w := newWatch(jobs, opts)
	errs := make([]error, len(jobs))
	next := make(chan int, len(jobs))
	for i := range jobs {
		next <- i
	}
	close(next)
	var group sync.WaitGroup
	for range min(opts.Workers, len(jobs)) {
		group.Go(func() {
			for i := range next {
				errs[i] = jobs[i].read(ctx, w.of(i))
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// watch adds up how far the jobs are.
type watch struct {
	mu          sync.Mutex
	jobs        []*job
	opts        Options
	done        []int64
	rows        []int
	total       int64
	lastPercent int
}

func newWatch(jobs []*job, opts Options) *watch {
	w := &watch{jobs: jobs, opts: opts, done: make([]int64, len(jobs)), rows: make([]int, len(jobs)), lastPercent: -1}
	for _, j := range jobs {
		w.total += j.weight
	}
	return w
}

func (w *watch) of(i int) progress {
	return func(ctx context.Context, doneBytes int64, rows int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.done[i], w.rows[i] = min(doneBytes, w.jobs[i].weight), rows
		allDone, allRows := int64(0), 0
		for k := range w.done {
			allDone += w.done[k]
			allRows += w.rows[k]
		}
		if allRows > w.opts.MaxRows {
			return tooLarge(w.jobs[i].unit.source, w.opts.MaxRows)
		}
		share := float64(allDone) / float64(max(w.total, 1))
		if percent := int(share * 100); w.opts.Progress != nil && percent > w.lastPercent {
			w.lastPercent = percent
			w.opts.Progress(share, fmt.Sprintf("%d order lines read", allRows))
		}
		return nil
	}
}

// report puts together what the jobs found, in their order.
func report(jobs []*job, opts Options) Report {
	r := Report{}
	counts := map[string]int{}
	for i, j := range jobs {
		if i == 0 || jobs[i-1].source != j.source {
			f := j.unit.file
			f.Name, f.Rows, f.BadRows = j.unit.source, 0, 0
			r.Files = append(r.Files, f)
		}
		f, t := &r.Files[len(r.Files)-1], j.unit.tally
		f.Rows += j.unit.lines.Len()
		f.BadRows += t.badRows
		r.Rows += j.unit.lines.Len()
		r.BadRows += t.badRows
		for code, n := range t.counts {
			counts[code] += n
		}
		r.Examples = append(r.Examples, t.examples[:min(len(t.examples), opts.MaxExamples-len(r.Examples))]...)
	}
	r.Counts = sortedCounts(counts)
	return r
}
