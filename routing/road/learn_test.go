package road

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
)

// Passages at half the speed in one hour slow that hour of that street, near to what was measured when there are many of
// them and hardly when there is one; another hour of the street moves a little, a street of another class not at all; the
// more was seen, the surer it is.
func TestLearning(t *testing.T) {
	t.Parallel()
	g := realGraph(t)
	d := int32(-1)
	for e := range int32(g.Edges()) {
		if g.class(e) == Primary && g.opened(2*e) {
			d = 2 * e
			break
		}
	}
	learn := func(n int) (*Learned, int) {
		s := NewSpeeds()
		var all []Passage
		for range n {
			all = append(all, Passage{Directed: d, EnterSec: 8*3600 + 10, DriveSec: 20, FreeSec: 10})
		}
		all = append(all, Passage{Directed: d, EnterSec: 8 * 3600, DriveSec: 2000, FreeSec: 10}) // a stop
		if taken := s.Learn(g, all, 0); taken != n {
			t.Errorf("%d of %d passages taken", taken, n)
		}
		l := s.Pattern(g, 0)
		if err := l.Check(g); err != nil {
			t.Fatal(err)
		}
		if len(l.Edge) != 1 || l.Edge[0] != d {
			t.Fatalf("edges %v", l.Edge)
		}
		return l, n
	}
	one, _ := learn(1)
	many, _ := learn(200)
	if f := many.Factor[0][8]; math.Abs(float64(f)-0.5) > 0.03 {
		t.Errorf("after 200 passages at half the speed the factor is %v", f)
	}
	if f := one.Factor[0][8]; f < 0.5 || f >= 1.0001 {
		t.Errorf("after one passage the factor is %v", f)
	}
	if !(many.SD[0][8] < one.SD[0][8]) {
		t.Errorf("deviations %v after 200 passages, %v after one", many.SD[0][8], one.SD[0][8])
	}
	if f := many.Factor[0][3]; f < many.Factor[0][8] {
		t.Errorf("at 3 the factor is %v, at 8 %v", f, many.Factor[0][8])
	}
	if f := many.Class[Primary][3]; f != 0 && f != 1 {
		t.Errorf("an hour that nobody saw has the factor %v", f)
	}
	slow, err := g.At(t.Context(), 8*3600, &many.Pattern, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if now, free := slow.Times()[d], g.Times()[d]; math.Abs(float64(now)/float64(free)-2) > 0.1 {
		t.Errorf("the street takes %d ms at 8, %d under free flow", now, free)
	}
	_, hours := g.HourlyOf(d>>1, many)
	if hours[8].Count != 200 || hours[8].Kmh >= hours[3].Kmh {
		t.Errorf("hours %+v", hours)
	}
}

// What is written is read again the same; what adds up to nothing is refused by its line.
func TestSpeedsFile(t *testing.T) {
	t.Parallel()
	s := NewSpeeds()
	for _, x := range []Seen{{1, 2, 8, 3, -0.5, 0.2}, {-7, 1 << 60, 23, 1, 0.25, 0.0625}} {
		if err := s.Add(x); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	again, err := ReadSpeeds(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var c bytes.Buffer
	if err := again.Write(&c); err != nil || c.String() != text {
		t.Errorf("%q became %q, %v", text, c.String(), err)
	}
	head := strings.Join(speedHead, ",") + "\n"
	for _, bad := range []string{"", "a,b\n", head + "1,2,24,1,0,0\n", head + "1,2,3,0,0,0\n", head + "1,2,3,1,NaN,0\n", head + "1,2,3,1,9,81\n", head + "1,2,3,2,1,0.1\n",
		head + "1,2,3\n", head + "x,2,3,1,0,0\n"} {
		if _, err := ReadSpeeds(strings.NewReader(bad)); !errors.Is(err, ErrSpeeds) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzReadSpeeds: no file makes the reader crash, and what it takes gives a pattern that fits the graph.
func FuzzReadSpeeds(f *testing.F) {
	f.Add(strings.Join(speedHead, ",") + "\n1,2,8,3,-0.5,0.2\n")
	g := realGraph(f)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSpeeds(strings.NewReader(text))
		if err != nil {
			return
		}
		if err := s.Pattern(g, 0).Check(g); err != nil {
			t.Fatal(err)
		}
	})
}
