package paired

import (
	"math"
	"math/rand/v2"
)

const never = int64(math.MaxInt64)

// seat is places for a shipment on a tour: the pickup goes behind place p and the delivery behind place q ≥ p of the tour without either.
type seat struct {
	delta int64 // what the tour grows dearer by
	p, q  int32
}

// finder keeps the cheapest of the seats it is offered, or where it has a source one that is drawn, each as likely.
type finder struct {
	seat
	slot    int32 // of the tour with the seat kept, where several are scanned
	scanned int32 // slot of the tour that is scanned
	draw    *rand.Rand
	count   int
}

// cheapest begins a search for the cheapest seat that costs less than limit.
func (f *finder) cheapest(limit int64) { f.draw, f.count, f.delta = nil, 0, limit }

// drawn begins a search for a drawn seat.
func (f *finder) drawn(rng *rand.Rand) { f.draw, f.count, f.delta = rng, 0, never }

func (f *finder) offer(delta int64, p, q int) {
	f.count++
	if f.draw == nil {
		f.seat = seat{delta, int32(p), int32(q)}
	} else if f.draw.IntN(f.count) == 0 {
		f.p, f.q, f.slot = int32(p), int32(q), f.scanned
	}
}

// scan offers f the seats of shipment h on t that keep all rules and cost less than f's; each in constant time.
func (l *layout) scan(t *tour, h int32, f *finder) {
	marks := t.marks
	last := len(marks) - 2
	load := &l.Loads[h]
	pick, set := int(2*h), int(2*h+1)
	a, b := &l.Visits[pick], &l.Visits[set]
	secTo, secFrom := l.secondTo[pick*l.places:][:l.places], l.Sec[pick*l.places:][:l.places]
	lenTo, lenFrom := l.lengthTo[pick*l.places:][:l.places], l.Length[pick*l.places:][:l.places]
	setFrom, setLen := l.Sec[set*l.places:][:l.places], l.Length[set*l.places:][:l.places]
	opening := int64(0)
	if last == 0 {
		opening = l.Opening
	}
	for p := 0; p <= last; p++ {
		m, next := &marks[p], &marks[p+1]
		if m.leave > a.CloseSec {
			return
		}
		if next.late < a.OpenSec+a.ServiceSec || !m.on.takes(load, &l.Room) {
			continue
		}
		leaves := max(m.leave+int64(secTo[m.node]), a.OpenSec)
		if leaves > a.CloseSec {
			continue
		}
		leaves += a.ServiceSec
		come := opening + int64(lenTo[m.node]) - int64(m.ahead)
		begin := max(leaves+int64(secFrom[set]), b.OpenSec)
		if delta := come + int64(lenFrom[set]) + int64(setLen[next.node]); delta < f.delta && begin <= b.CloseSec &&
			begin+b.ServiceSec+int64(setFrom[next.node]) <= next.late {
			f.offer(delta, p, p)
		}
		if base := come + int64(lenFrom[next.node]); base < f.delta {
			l.scanBehind(t, h, p, leaves+int64(secFrom[next.node]), base, f)
		}
	}
}

// scanBehind offers f the seats with the pickup behind place p and the delivery behind a later one, where the tour comes to the place
// behind the pickup at clock and the pickup costs base.
func (l *layout) scanBehind(t *tour, h int32, p int, clock, base int64, f *finder) {
	marks := t.marks
	last := len(marks) - 2
	load := &l.Loads[h]
	set := int(2*h + 1)
	b := &l.Visits[set]
	secTo, secFrom := l.secondTo[set*l.places:][:l.places], l.Sec[set*l.places:][:l.places]
	lenTo, lenFrom := l.lengthTo[set*l.places:][:l.places], l.Length[set*l.places:][:l.places]
	opens := b.OpenSec + b.ServiceSec
	for q := p + 1; q <= last; q++ {
		m := &marks[q]
		if clock > m.late || !m.on.takes(load, &l.Room) {
			return
		}
		clock = max(clock, m.open) + m.service
		if clock > b.CloseSec {
			return
		}
		if next := &marks[q+1]; next.late >= opens {
			delta := base + int64(lenTo[m.node]) + int64(lenFrom[next.node]) - int64(m.ahead)
			if begin := max(clock+int64(secTo[m.node]), b.OpenSec); delta < f.delta && begin <= b.CloseSec &&
				begin+b.ServiceSec+int64(secFrom[next.node]) <= next.late {
				f.offer(delta, p, q)
			}
		}
		clock += int64(m.sec)
	}
}

// known is the cheapest seat of a shipment on the tour of that id; nowhere where there is none.
type known struct {
	seat
	id uint32
}

// cheapestOn is the cheapest seat of h on the tour in a slot, looked up where the tour was tried before.
func (s *Search) cheapestOn(h, slot int32) *known {
	k := &s.known[int(h)*s.width+int(slot)]
	if t := s.tours[slot]; k.id != t.id {
		s.finder.cheapest(never)
		s.l.scan(t, h, &s.finder)
		k.seat, k.id = s.finder.seat, t.id
	}
	return k
}
