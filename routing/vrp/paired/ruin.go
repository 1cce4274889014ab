package paired

// Size of what a step tears open: shipments taken off on average, and the most stops of a string (Christiaens, Vanden Berghe 2020,
// table 2, where ten stops are).
const (
	tornMean   = 10
	longestRun = 10
	keepMore   = 0.01 // a stop more is kept amid a string that is split
)

// ruin takes strings of stops around a drawn one off their tours, whole shipments each.
func (s *Search) ruin() {
	s.clock++
	for len(s.stamp) < len(s.tours) {
		s.stamp = append(s.stamp, 0)
	}
	s.order = s.order[:0]
	longest := min(float64(longestRun), float64(len(s.place))/float64(max(s.used, 1)))
	strings := int(s.rng.Float64()*(4*tornMean/(1+longest)-1) + 1)
	from := s.rng.IntN(len(s.place))
	torn := s.tear(int32(from), longest)
	for _, i := range s.l.Around[from] {
		if torn >= strings {
			return
		}
		torn += s.tear(i, longest)
	}
}

// tear takes a string around stop i off its tour and returns 1 where there was one that was not torn in this step.
func (s *Search) tear(i int32, longest float64) int {
	slot := s.slot[i>>1]
	if slot < 0 || s.stamp[slot] == s.clock {
		return 0
	}
	s.stamp[slot] = s.clock
	t := s.tours[slot]
	size := len(t.marks) - 2
	length := 1 + s.rng.IntN(max(1, int(min(float64(size), longest))))
	keep := 0
	if length > 1 && length < size && s.rng.Uint64()&1 == 0 {
		keep = 1
		for length+keep < size && s.rng.Float64() < keepMore {
			keep++
		}
	}
	at := int(s.place[i]) - 1
	begin := max(0, at-length-keep+1)
	if high := min(at, size-length-keep); high > begin {
		begin += s.rng.IntN(high - begin + 1)
	}
	hold := length
	if keep > 0 {
		hold = 1 + s.rng.IntN(length-1)
	}
	s.out = s.out[:0]
	for k := range length + keep {
		if k >= hold && k < hold+keep {
			continue
		}
		if h := t.marks[begin+k+1].node >> 1; s.slot[h] >= 0 {
			s.slot[h] = -1
			s.out = append(s.out, h)
		}
	}
	if !s.takeOff(slot, s.out) {
		for _, h := range s.out {
			s.slot[h] = slot
		}
		return 0
	}
	s.order = append(s.order, s.out...)
	return 1
}
