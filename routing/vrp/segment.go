package vrp

// segment is a run of consecutive stops of one tour with all that is needed to join it to others in constant time.
//
// The time fields follow Nagata, Bräysy, Dullaert (Computers & Operations Research 37, 2010) in the form of Vidal,
// Crainic, Gendreau, Prins (Computers & Operations Research 40, 2013, section 4): durSec is the least time from the
// first arrival to the last departure, reached by starting anywhere in earlySec…lateSec; warpSec is how far the clock
// would have to be turned back on the way to be on time everywhere. Waiting counts as duration, so that starting before
// earlySec ends no sooner, and starting after lateSec is late by the difference.
type segment struct {
	first, last        int32 // locations
	durSec, warpSec    int64
	earlySec, lateSec  int64
	readySec           int64 // nothing on the tour may leave the depot before this
	distM              int64
	busySec            int64 // driving and service alone
	weightG, volumeCm3 int64
}

// noWay is the warp of a leg that does not exist; far above any sum of real lateness and far below overflow.
const noWay = int64(1) << 50

// join returns a followed by b.
func (d *data) join(a, b *segment) segment {
	var s segment
	d.joinTo(&s, a, b)
	return s
}

// joinTo writes a followed by b to s, which may be a or b.
func (d *data) joinTo(s, a, b *segment) {
	l := d.legs[int(a.last)*d.locations+int(b.first)]
	sec := int64(l.sec)
	delta := a.durSec - a.warpSec + sec
	wait := max(b.earlySec-delta-a.lateSec, 0)
	warp := max(a.earlySec+delta-b.lateSec, 0)
	if l.none() {
		warp += noWay
	}
	early, late := max(b.earlySec-delta, a.earlySec)-wait, min(b.lateSec-delta, a.lateSec)+warp
	s.first, s.last = a.first, b.last
	s.durSec = a.durSec + b.durSec + sec + wait
	s.warpSec = a.warpSec + b.warpSec + warp
	s.earlySec, s.lateSec = early, late
	s.readySec = max(a.readySec, b.readySec)
	s.distM = a.distM + b.distM + int64(l.metres)
	s.busySec = a.busySec + b.busySec + sec
	s.weightG = a.weightG + b.weightG
	s.volumeCm3 = a.volumeCm3 + b.volumeCm3
}

// onTime reports whether a whole tour meets every window, the shift and the release of its stops.
func (s *segment) onTime() bool { return s.warpSec == 0 && s.readySec <= s.lateSec }

// departSec is the departure of a tour that is on time: as late as possible without coming back later, which also makes
// it as short as possible, but not before everything on it is ready.
func (s *segment) departSec() int64 { return max(s.earlySec, s.readySec) }

// through is joining s, mid and b, none of them late in itself, reduced to what an insertion asks: the duration and
// whether all are on time when nothing leaves before readySec.
func (s *segment) through(mid, b *segment, inSec, outSec, readySec int64) (durSec int64, ok bool) {
	delta := s.durSec + inSec
	if s.earlySec+delta > mid.lateSec {
		return 0, false
	}
	wait := max(mid.earlySec-delta-s.lateSec, 0)
	early, late := max(mid.earlySec-delta, s.earlySec)-wait, min(mid.lateSec-delta, s.lateSec)
	durSec = delta + mid.durSec + wait
	delta = durSec + outSec
	if early+delta > b.lateSec {
		return 0, false
	}
	wait = max(b.earlySec-delta-late, 0)
	late = min(b.lateSec-delta, late)
	return delta + b.durSec + wait, readySec <= late
}
