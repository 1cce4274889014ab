package roads

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// streamed times a table of 10,000 × 10,000 random places, row by row, on one core; on a country alone.
func (m *measuring) streamed(ctx context.Context) error {
	const n = 10_000
	if !m.large {
		return nil
	}
	from, to := m.places(n), m.places(n)
	rows, reached := 0, 0
	start := time.Now()
	err := m.g.Stream(ctx, from, to, 1, func(_ int, sec, _ []int32) error {
		rows++
		for _, s := range sec {
			if s != routing.Unreachable {
				reached++
			}
		}
		return nil
	})
	m.row["stream_10k_s"], m.row["stream_reached"] = time.Since(start).Seconds(), float64(reached)/(n*n)
	if err == nil && rows != n {
		err = fmt.Errorf("streamed %d of %d rows", rows, n)
	}
	return err
}

// speedUpdates is how many measured speeds come in at once.
const speedUpdates = 100_000

// updates times 100,000 measured speeds from their coming in, by point numbers, to the graph that answers by them, with one
// goroutine, while another asks; and the time that 99 % of its queries keep, before and meanwhile. On a country alone.
func (m *measuring) updates(ctx context.Context) error {
	if !m.large {
		return nil
	}
	c := road.Condition{ID: "feed", Kind: road.Congestion, Source: "bench", UntilSec: 1}
	edges := 2 * m.g.Edges()
	for _, k := range m.r.Perm(edges)[:min(speedUpdates, edges)] {
		from, to := m.g.Ends(int32(k))
		c.Nodes, c.SpeedsKmh = append(c.Nodes, [2]int64{from, to}), append(c.SpeedsKmh, 5+60*m.r.Float64())
	}
	from, to := m.places(20_000), m.places(20_000)
	runtime.GC() // what the steps before left behind is not this one's
	m.row["p99_us_before"] = m.p99(from, to, nil)
	done := make(chan error, 1)
	took := 0.0
	start := time.Now()
	go func() {
		next, err := m.g.At(ctx, 0, nil, []road.Condition{c}, 1)
		took = time.Since(start).Seconds()
		if err == nil && next.Moment() != nil && len(next.Moment().Idle) > 0 {
			err = fmt.Errorf("the updates lie on no street")
		}
		done <- err
	}()
	m.row["p99_us_during"] = m.p99(from, to, done)
	err := <-done
	m.row["updates_s"], m.row["updates"] = took, float64(len(c.Nodes))
	return err
}

// p99 is the time in µs that 99 % of the queries keep: of all pairs, or of as many as fit until something is done.
func (m *measuring) p99(from, to []road.Place, done chan error) float64 {
	var took []time.Duration
	for i := 0; ; i++ {
		if done == nil && i == len(from) {
			break
		}
		if done != nil && i%16 == 0 {
			select {
			case err := <-done:
				done <- err
				slices.Sort(took)
				return us(took)
			default:
			}
		}
		start := time.Now()
		m.g.Travel(from[i%len(from)], to[i%len(to)])
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return us(took)
}

func us(sorted []time.Duration) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[len(sorted)*99/100].Nanoseconds()) / 1000
}
