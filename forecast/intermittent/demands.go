package intermittent

// demands is a history seen as its demands: what came after how many days without. The methods move on days with demand
// alone, or in a closed form between them, so that a fit costs steps per demand and not per day.
type demands struct {
	size  []float64
	quiet []int // days without demand before each
	tail  int   // days without demand after the last
}

func demandsOf(x []float64) demands {
	n := 0
	for _, v := range x {
		if v > 0 {
			n++
		}
	}
	d := demands{size: make([]float64, 0, n), quiet: make([]int, 0, n)}
	for _, v := range x {
		if v > 0 {
			d.size, d.quiet = append(d.size, v), append(d.quiet, d.tail)
			d.tail = 0
		} else {
			d.tail++
		}
	}
	return d
}
