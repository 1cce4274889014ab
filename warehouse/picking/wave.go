package picking

import (
	"cmp"
	"slices"
)

// waves groups the loads: first by band of due time, then by band of release time (all that is there when the site opens
// is one band), then, where a wave grows larger than WaveOrders, in equal parts with neighbouring zones together. The
// waves come in the order in which they are due; orders of one wave may share a tour.
func (p *planner) waves() [][]int32 {
	type key struct{ due, release int64 }
	bands := make([]key, len(p.orders))
	for i := range p.orders {
		o := &p.orders[i]
		bands[i] = key{due: floorDiv(o.DueSec-p.floor.OpenSec, p.opts.WaveSec)}
		if o.ReleaseSec > p.floor.OpenSec {
			bands[i].release = 1 + (o.ReleaseSec-p.floor.OpenSec)/p.opts.WaveSec
		}
	}
	all := make([]int32, len(p.loads))
	for i := range all {
		all[i] = int32(i)
	}
	slices.SortFunc(all, func(a, b int32) int {
		x, y := p.loads[a].order, p.loads[b].order
		return cmp.Or(
			cmp.Compare(bands[x].due, bands[y].due), cmp.Compare(bands[x].release, bands[y].release),
			cmp.Compare(p.orders[x].Zone, p.orders[y].Zone), cmp.Compare(p.orders[x].DueSec, p.orders[y].DueSec),
			cmp.Compare(p.orders[x].ID, p.orders[y].ID), cmp.Compare(a, b))
	})
	var waves [][]int32
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && bands[p.loads[all[end]].order] == bands[p.loads[all[start]].order] {
			end++
		}
		n := end - start
		parts := 1 + (n-1)/p.opts.WaveOrders
		for i := range parts {
			waves = append(waves, all[start+n*i/parts:start+n*(i+1)/parts])
		}
		start = end
	}
	return waves
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
