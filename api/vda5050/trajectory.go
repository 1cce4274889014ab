package vda5050

import (
	"errors"
	"fmt"
	"math"
)

// Trajectory is the way of an edge as a clamped non-uniform rational B-spline (VDA 5050, 3.0.0, section 7.3).
type Trajectory struct {
	Degree        int            `json:"degree"`
	KnotVector    []float64      `json:"knotVector"`
	ControlPoints []ControlPoint `json:"controlPoints"`
}

// ControlPoint pulls a curve towards it, in metres of the map.
type ControlPoint struct {
	X      float64  `json:"x"`
	Y      float64  `json:"y"`
	Weight *float64 `json:"weight,omitempty"` // default 1
}

func (p ControlPoint) weight() float64 {
	if p.Weight == nil {
		return 1
	}
	return *p.Weight
}

// maxControlPoints bounds a trajectory that is sent or looked at.
const maxControlPoints = 1000

// complete puts in what version 3.0 lets out: degree 1, and knots at equal distances.
func (t *Trajectory) complete() {
	if t.Degree == 0 {
		t.Degree = 1
	}
	inner := len(t.ControlPoints) - t.Degree
	if t.KnotVector != nil || inner < 1 || inner > maxControlPoints {
		return
	}
	for range t.Degree {
		t.KnotVector = append(t.KnotVector, 0)
	}
	for i := range inner + 1 {
		t.KnotVector = append(t.KnotVector, float64(i)/float64(inner))
	}
	for range t.Degree {
		t.KnotVector = append(t.KnotVector, 1)
	}
}

// Check says what keeps a trajectory from being a curve.
func (t *Trajectory) Check() error {
	n, p := len(t.ControlPoints), t.Degree
	switch {
	case n > maxControlPoints:
		return fmt.Errorf("it has %d control points, over the limit of %d", n, maxControlPoints)
	case p < 1 || n < p+1:
		return fmt.Errorf("it has %d control points for degree %d, want one more than the degree at least", n, p)
	case len(t.KnotVector) != n+p+1:
		return fmt.Errorf("it has %d knots for %d control points and degree %d, want %d", len(t.KnotVector), n, p, n+p+1)
	}
	for i, c := range t.ControlPoints {
		if !finite(c.X) || !finite(c.Y) || !finite(c.weight()) || c.weight() <= 0 {
			return fmt.Errorf("control point %d is no place, or its weight is not above 0", i)
		}
	}
	return t.checkKnots()
}

// checkKnots tells knots that are not in order, or as often as a clamped curve without gaps has them.
func (t *Trajectory) checkKnots() error {
	k, p := t.KnotVector, t.Degree
	for i := range k {
		if !(k[i] >= 0 && k[i] <= 1) || i > 0 && k[i] < k[i-1] {
			return fmt.Errorf("knot %d is below the one before it or not between 0 and 1", i)
		}
	}
	if k[p] != k[0] || k[len(k)-1-p] != k[len(k)-1] || k[0] == k[len(k)-1] {
		return errors.New("its first and last knot are not there degree + 1 times")
	}
	for i := p + 1; i+p < len(k)-p-1; i++ {
		if k[i] == k[i+p] {
			return fmt.Errorf("knot %d is there more often than the degree", i)
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// At is the place at u, 0 = its beginning, 1 = its end, of a trajectory that holds (Check). Method: de Boor's algorithm in
// homogeneous coordinates (Piegl, Tiller, The NURBS Book, 2nd ed. 1997, sections 4.1 and 5.2).
func (t *Trajectory) At(u float64) (x, y float64) {
	k, p := t.KnotVector, t.Degree
	u = k[0] + min(max(u, 0), 1)*(k[len(k)-1]-k[0])
	span := p
	for span < len(t.ControlPoints)-1 && u >= k[span+1] {
		span++
	}
	points := make([][3]float64, p+1)
	for i := range points {
		c := t.ControlPoints[span-p+i]
		w := c.weight()
		points[i] = [3]float64{c.X * w, c.Y * w, w}
	}
	for r := 1; r <= p; r++ {
		for i := p; i >= r; i-- {
			from, to := k[span-p+i], k[span+1+i-r]
			a := 0.0
			if to > from {
				a = (u - from) / (to - from)
			}
			for axis := range 3 {
				points[i][axis] = (1-a)*points[i-1][axis] + a*points[i][axis]
			}
		}
	}
	return points[p][0] / points[p][2], points[p][1] / points[p][2]
}

// straight is the trajectory through places one after the other, in straight lines.
func straight(places ...Position) *Trajectory {
	t := &Trajectory{}
	for _, p := range places {
		t.ControlPoints = append(t.ControlPoints, ControlPoint{X: p.X, Y: p.Y})
	}
	t.complete()
	return t
}

// samples are places along a trajectory that holds, several between any two of its control points.
func (t *Trajectory) samples() [][2]float64 {
	n := 16 * len(t.ControlPoints)
	places := make([][2]float64, n+1)
	for i := range places {
		places[i][0], places[i][1] = t.At(float64(i) / float64(n))
	}
	return places
}
