package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how far a piece of work is, on standard error: as a bar on a terminal, else as one line a step.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	name     string
	start    time.Time
	bars     *mpb.Progress // nil = no terminal
	bar      *mpb.Bar
	sentence string
	told     string    // the last line's sentence without its numbers
	toldAt   time.Time // when
}

// retell is how long a step that only counts on goes without another line.
const retell = 2 * time.Second

// withoutNumbers gives a sentence as a step's name: "12 of 30 items" and "13 of 30 items" are the same step.
func withoutNumbers(sentence string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, sentence)
}

// share gives the reporter of one part of the work, which runs from one share of the whole to another.
func (p *progress) share(from, to float64) func(done float64, sentence string) {
	return func(done float64, sentence string) { p.report(from+(to-from)*min(max(done, 0), 1), sentence) }
}

// barSteps is the resolution of a bar.
const barSteps = 1000

// progress begins to show one piece of work. With --json nothing but a terminal is told: a program reads its errors.
func (r *run) progress(name string) *progress {
	p := &progress{out: r.streams.Err, name: name, start: time.Now()}
	if file, ok := r.streams.Err.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(file), mpb.WithWidth(40), mpb.WithRefreshRate(120*time.Millisecond))
		p.bar = p.bars.AddBar(barSteps,
			mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(name+" "), decor.Percentage(decor.WC{W: 5})),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.said() })))
	} else if r.json {
		p.out = io.Discard
	}
	return p
}

func (p *progress) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sentence
}

// report is told of each step, done in 0…1 of the whole. It may be called from any goroutine.
func (p *progress) report(done float64, sentence string) {
	p.mu.Lock()
	step := withoutNumbers(sentence)
	fresh := sentence != p.sentence && (step != p.told || time.Since(p.toldAt) > retell)
	p.sentence = sentence
	if fresh {
		p.told, p.toldAt = step, time.Now()
	}
	p.mu.Unlock()
	if p.bar != nil {
		p.bar.SetCurrent(int64(min(max(done, 0), 1) * (barSteps - 1))) // the last step is end's
		return
	}
	if fresh && sentence != "" {
		fmt.Fprintf(p.out, "%6.1f s  %s\n", time.Since(p.start).Seconds(), sentence)
	}
}

// end takes the bar away. What comes next may use the line.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
