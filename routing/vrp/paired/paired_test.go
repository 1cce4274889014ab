package paired

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// draw makes a problem in which windows, loads and order bite, in a town of square blocks.
func draw(rng *rand.Rand, shipments int) Problem {
	n := 2*shipments + 2
	p := Problem{Length: make([]int32, n*n), OpenSec: 10, CloseSec: 4000, Opening: 50, Fleet: shipments, Room: Load{20, 30}}
	x, y := make([]int32, n), make([]int32, n)
	for i := range n {
		x[i], y[i] = rng.Int32N(400), rng.Int32N(400)
	}
	for i := range n {
		for j := range n {
			p.Length[i*n+j] = max(x[i]-x[j], x[j]-x[i]) + max(y[i]-y[j], y[j]-y[i])
		}
	}
	p.Sec = p.Length
	for h := range shipments {
		from := 500 + rng.Int64N(1500)
		p.Visits = append(p.Visits, Visit{from, from + 200 + rng.Int64N(600), 30}, Visit{from, from + 800 + rng.Int64N(900), 40})
		p.Loads = append(p.Loads, Load{1 + rng.Int64N(12), rng.Int64N(20)})
		for _, i := range []int{2 * h, 2*h + 1} {
			var around []int32
			for k := range 2 * shipments {
				if j := (i + k) % (2 * shipments); j != i {
					around = append(around, int32(j))
				}
			}
			p.Around = append(p.Around, around)
		}
	}
	return p
}

// alone serves each shipment by a tour of its own.
func alone(p *Problem) [][]int32 {
	var tours [][]int32
	for h := range p.Loads {
		tours = append(tours, []int32{int32(2 * h), int32(2*h + 1)})
	}
	return tours
}

// walk drives a tour by the rules alone and returns what it costs, or -1 where it breaks one.
func walk(p *Problem, seq []int32) int64 {
	n := len(p.Visits) + 2
	at, clock, cost := n-2, p.OpenSec, p.Opening
	var on Load
	aboard := map[int32]bool{}
	for _, i := range seq {
		row := at*n + int(i)
		at, cost = int(i), cost+int64(p.Length[row])
		clock = max(clock+int64(p.Sec[row]), p.Visits[i].OpenSec)
		if clock > p.Visits[i].CloseSec {
			return -1
		}
		clock += p.Visits[i].ServiceSec
		sign := int64(1)
		if i&1 == 1 {
			sign = -1
		}
		if aboard[i>>1] != (i&1 == 1) {
			return -1
		}
		aboard[i>>1] = i&1 == 0
		for d := range on {
			if on[d] += sign * p.Loads[i>>1][d]; on[d] > p.Room[d] {
				return -1
			}
		}
	}
	for _, still := range aboard {
		if still {
			return -1
		}
	}
	if clock+int64(p.Sec[at*n+n-1]) > p.CloseSec {
		return -1
	}
	return cost + int64(p.Length[at*n+n-1])
}

// whole tests that tours keep all rules, serve every shipment once, and cost as much as is said.
func whole(t *testing.T, p *Problem, tours [][]int32, cost int64) {
	t.Helper()
	seen := make([]int, len(p.Visits))
	sum := int64(0)
	for _, seq := range tours {
		c := walk(p, seq)
		if c < 0 {
			t.Fatalf("tour %v breaks a rule", seq)
		}
		sum += c
		for _, i := range seq {
			seen[i]++
		}
	}
	if slices.Min(seen) != 1 || slices.Max(seen) != 1 || sum != cost {
		t.Fatalf("stops stand %v times; it costs %d, said is %d", seen, sum, cost)
	}
}

// exact is, for each set of shipments, the cheapest tour, then the fewest tours for all and the least cost of so many, by trying all.
func exact(p *Problem) (tours int, cost int64) {
	sets := 1 << len(p.Loads)
	single := make([]int64, sets)
	for set := range single {
		single[set] = math.MaxInt64
	}
	var extend func(seq []int32, begun, done int)
	extend = func(seq []int32, begun, done int) {
		if c := walk(p, seq); begun == done && begun > 0 && c >= 0 {
			single[begun] = min(single[begun], c)
		}
		for h := range len(p.Loads) {
			if begun&(1<<h) == 0 {
				extend(append(slices.Clone(seq), int32(2*h)), begun|1<<h, done)
			} else if done&(1<<h) == 0 {
				extend(append(slices.Clone(seq), int32(2*h+1)), begun, done|1<<h)
			}
		}
	}
	extend(nil, 0, 0)
	const dear = int64(1) << 30 // a tour weighs more than any cost
	least := make([]int64, sets)
	for set := 1; set < sets; set++ {
		least[set] = math.MaxInt64
		for part := set; part > 0; part = (part - 1) & set {
			if single[part] < math.MaxInt64 && least[set&^part] < math.MaxInt64 {
				least[set] = min(least[set], dear+single[part]+least[set&^part])
			}
		}
	}
	return int(least[sets-1] / dear), least[sets-1] % dear
}

// On 30 problems of four shipments as few tours as trying everything finds are left, and the same cost.
func TestEqualsExhaustive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		p := draw(rand.New(rand.NewPCG(seed, 1)), 4)
		tours, cost := exact(&p)
		s := New(p, alone(&p), seed)
		rounds := 0
		s.Reduce(1, func() bool { rounds++; return rounds > 400 })
		s.Limit(s.Used())
		s.Anneal(func(k int) float64 { return float64(600-k) / 4 })
		whole(t, &p, s.Tours(), s.Cost())
		if s.Used() != tours || s.Cost() != cost {
			t.Errorf("seed %d: %d tours of %d, by trying all %d of %d", seed, s.Used(), s.Cost(), tours, cost)
		}
	}
}

// After every round of ejections and every step of tearing open, times and loads of each tour are those recomputed, no shipment is in two
// places, and the seat found is the cheapest of those that walking every one of them finds.
func TestBooksEqualRecomputed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 2))
		p := draw(random, 24)
		s := New(p, alone(&p), seed)
		for s.used > 9 {
			s.disband()
			for turn := 0; len(s.pool) > 0 && turn < 30; turn++ {
				s.round()
				books(t, s, len(s.pool))
			}
			if len(s.pool) > 0 {
				break
			}
			s.best.save(s.plan)
		}
		s.Anneal(func(k int) float64 {
			books(t, s, 0)
			if k == 60 {
				return -1
			}
			return 100
		})
		for range 20 {
			tryAll(t, s, s.tours[random.IntN(len(s.tours))], random.Int32N(24))
		}
	}
}

func books(t *testing.T, s *Search, absent int) {
	t.Helper()
	cost, seated := int64(0), 0
	for slot, tour := range s.tours {
		if tour == nil {
			continue
		}
		seq := tour.stops(nil)
		var again [1]mark
		fresh := *tour
		fresh.marks = again[:0:0]
		if !s.l.fill(&fresh, seq) || !slices.Equal(fresh.marks, tour.marks) || fresh.cost != tour.cost || walk(&s.l.Problem, seq) != tour.cost {
			t.Fatalf("tour %v is not what its stops make it", seq)
		}
		for k, i := range seq {
			seated++
			if s.slot[i>>1] != int32(slot) || s.place[i] != int32(k+1) {
				t.Fatalf("stop %d stands at place %d of slot %d, said are %d of %d", i, k+1, slot, s.place[i], s.slot[i>>1])
			}
		}
		cost += tour.cost
	}
	if cost != s.cost || seated != len(s.place)-2*absent {
		t.Fatalf("%d stops on tours that cost %d; said are %d, with %d shipments absent", seated, cost, s.cost, absent)
	}
}

// tryAll walks all seats of h on a tour without it.
func tryAll(t *testing.T, s *Search, on *tour, h int32) {
	t.Helper()
	if on == nil {
		return
	}
	var rest tour
	if !s.l.cut(&rest, on, []int32{h}) || len(rest.marks) == 2 {
		return
	}
	want, count := never, 0
	for q := range len(rest.marks) - 1 {
		for p := range q + 1 {
			seq := slices.Insert(rest.stops(nil), q, 2*h+1)
			if c := walk(&s.l.Problem, slices.Insert(seq, p, 2*h)); c >= 0 {
				want = min(want, c-rest.cost)
				count++
			}
		}
	}
	s.finder.cheapest(never)
	s.l.scan(&rest, h, &s.finder)
	if s.finder.delta != want {
		t.Errorf("shipment %d on %v: cheapest seat adds %d, of %d tried %d", h, rest.stops(nil), s.finder.delta, count, want)
	}
	s.finder.drawn(s.rng)
	s.l.scan(&rest, h, &s.finder)
	if s.finder.count != count {
		t.Errorf("shipment %d on %v: %d seats found, of %d", h, rest.stops(nil), s.finder.count, count)
	}
}

// Shipments that the first plan leaves out are placed on its tours; where those are one too few the search ends when it is told to and the
// best plan is as before. Tours that do not hold are refused.
func TestPlaceSeatsTheAbsent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := draw(rand.New(rand.NewPCG(seed, 3)), 4)
		needed, _ := exact(&p)
		rounds := 0
		stop := func() bool { rounds++; return rounds > 400 }
		s := New(p, alone(&p), seed)
		s.Reduce(needed, stop)
		tours := s.Tours()
		x := New(p, tours[1:], seed)
		before := x.Tours()
		rounds = 0
		if x.Place(stop) || len(x.Tours()) != len(before) {
			t.Errorf("seed %d: %d tours are enough, %d are needed", seed, x.Used(), needed)
		}
	}
	p := draw(rand.New(rand.NewPCG(1, 3)), 30)
	s := New(p, alone(&p)[:29], 1)
	if !s.Place(func() bool { return false }) {
		t.Error("a shipment is not placed")
	}
	whole(t, &p, s.Tours(), s.Cost())
	if New(p, [][]int32{slices.Concat(alone(&p)...)}, 1) != nil {
		t.Error("a tour that comes late is taken")
	}
}
