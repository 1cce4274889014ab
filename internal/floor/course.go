package floor

// Course is where one robot was in a trial, and what it drove for.
type Course struct {
	Cells   []int32 // before each step and after the last; of the floor, not vertices
	Errands []Errand
}

// Why a robot drives.
const (
	Fetch  = "fetch"  // to where goods are put on
	Bring  = "bring"  // to where they are taken off
	Charge = "charge" // to a charger
	Leave  = "leave"  // out of a zone that has closed
	Rest   = "rest"   // to where it waits for a zone to open
)

// Errand is one place that a robot drove to, from one step until before another.
type Errand struct {
	Why      string
	From, To int
	Goal     int32   // cell
	Charge   float64 // of the battery as it begins, percent
}

// note takes down that robot r drives for something from now on, and for what it drove before no more.
func (t *trial) note(r int, why string, goal int32) {
	if t.o.Record {
		c, now := &t.out.Courses[r], max(0, t.now)
		if n := len(c.Errands); n > 0 {
			c.Errands[n-1].To = now
		}
		c.Errands = append(c.Errands, Errand{Why: why, From: now, To: t.o.Steps, Goal: t.f.Graph.Cell(goal), Charge: t.robots[r].charge})
	}
}

// trace notes where all robots are.
func (t *trial) trace() {
	for r := range t.out.Courses {
		c := &t.out.Courses[r]
		c.Cells = append(c.Cells, t.f.Graph.Cell(t.control.At(r).Vertex))
	}
}

// courses makes room for all that is noted.
func (t *trial) courses() {
	if t.o.Record {
		t.out.Courses = make([]Course, len(t.robots))
		for r := range t.out.Courses {
			t.out.Courses[r].Cells = make([]int32, 0, t.o.Steps+1)
		}
	}
}
