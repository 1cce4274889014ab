package warehouse

import (
	"fmt"
	"slices"
)

// place is a cell at a step after OpenSec.
type place struct {
	step int64
	cell int32
}

// trip is one robot's way: the step of its task's start and the cells.
type trip struct {
	robot int
	start int64
	cells []int32
}

// checkRobots follows every robot through the day. A robot without a task stands on its own park, which no other may
// enter, so only robots on their way can meet.
func (c *checker) checkRobots(robots []Robot) error {
	index := make(map[string]int, len(robots))
	at, until := make([]int32, len(robots)), make([]int64, len(robots))
	for i, r := range robots {
		index[r.ID], at[i] = i, r.Park
	}
	c.moves = make(map[int]*Task)
	var trips []trip
	steps := 0
	for i := range c.schedule.Tasks { // by StartSec
		t := &c.schedule.Tasks[i]
		switch t.Kind {
		case TaskPick, TaskSort:
			continue
		case TaskMove, TaskPark:
		default:
			return fmt.Errorf("task %s is of unknown kind %q", t.ID, t.Kind)
		}
		r, known := index[t.Worker]
		if !known {
			return fmt.Errorf("task %s is for robot %q, which is unknown", t.ID, t.Worker)
		}
		start, err := c.checkPath(t, robots[r].Park)
		if err != nil {
			return err
		}
		if start < until[r] || t.Path[0] != at[r] || (start > until[r] && at[r] != robots[r].Park) {
			return fmt.Errorf("task %s begins at %s at step %d, but robot %s is at %s until step %d and may wait at its park only",
				t.ID, c.floor.cellText(t.Path[0]), start, t.Worker, c.floor.cellText(at[r]), until[r])
		}
		at[r], until[r] = t.Path[len(t.Path)-1], start+int64(len(t.Path)-1)
		steps += len(t.Path) - 1
		trips = append(trips, trip{r, start, t.Path})
		if t.Kind == TaskMove {
			if err := c.checkMove(t); err != nil {
				return err
			}
		}
	}
	if c.floor.Turning {
		if err := c.checkTurns(robots, trips); err != nil {
			return err
		}
	}
	for i, r := range robots {
		if at[i] != r.Park {
			return fmt.Errorf("robot %s ends the day at %s and not at its park %s", r.ID, c.floor.cellText(at[i]), c.floor.cellText(r.Park))
		}
	}
	if steps != c.schedule.Steps {
		return fmt.Errorf("field Steps is %d but the paths have %d", c.schedule.Steps, steps)
	}
	return c.checkMeetings(robots, trips)
}

// checkTurns checks that a robot that leaves a cell in another direction than it came has stood there a step for each quarter
// turn between. Nobody knows how it stood in the morning.
func (c *checker) checkTurns(robots []Robot, trips []trip) error {
	type stand struct {
		came  int // direction, clockwise from east; −1 = not known
		since int64
	}
	stands := make([]stand, len(robots))
	for i := range stands {
		stands[i].came = -1
	}
	for _, t := range trips {
		s := &stands[t.robot]
		for k := 1; k < len(t.cells); k++ {
			if t.cells[k] == t.cells[k-1] {
				continue
			}
			goes := slices.Index([]int32{1, int32(c.floor.Width), -1, -int32(c.floor.Width)}, t.cells[k]-t.cells[k-1])
			turns := 0
			if s.came >= 0 {
				turns = min((goes-s.came+4)%4, (s.came-goes+4)%4)
			}
			step := t.start + int64(k)
			if stood := step - 1 - s.since; stood < int64(turns) {
				return fmt.Errorf("robot %s leaves %s at step %d after %d steps there but takes %d to turn", robots[t.robot].ID, c.floor.cellText(t.cells[k-1]), step, stood, turns)
			}
			s.came, s.since = goes, step
		}
	}
	return nil
}

// checkPath checks a path by itself: its length against the task's time, and every cell and step.
func (c *checker) checkPath(t *Task, park int32) (start int64, err error) {
	f := c.floor
	if (t.StartSec-f.OpenSec)%f.StepSec != 0 || t.EndSec-t.StartSec != int64(len(t.Path)-1)*f.StepSec {
		return 0, fmt.Errorf("task %s has a path of %d cells from %d to %d: not one cell a step of %d s from opening", t.ID, len(t.Path), t.StartSec, t.EndSec, f.StepSec)
	}
	for k, cell := range t.Path {
		if cell < 0 || int(cell) >= len(f.Kinds) || f.Kinds[cell] == CellShelf || (f.Kinds[cell] == CellPark && cell != park) {
			return 0, fmt.Errorf("task %s: robot %s may not enter cell %d at step %d of its path", t.ID, t.Worker, cell, k)
		}
		if k == 0 {
			continue
		}
		was := t.Path[k-1]
		dx, dy := int(cell)%f.Width-int(was)%f.Width, int(cell)/f.Width-int(was)/f.Width
		if dx*dx+dy*dy > 1 {
			return 0, fmt.Errorf("task %s: robot %s jumps from %s to %s", t.ID, t.Worker, f.cellText(was), f.cellText(cell))
		}
	}
	return (t.StartSec - f.OpenSec) / f.StepSec, nil
}

// checkMove checks that a move carries one picked batch from a station to an induction, with time for both.
func (c *checker) checkMove(t *Task) error {
	pick := c.picks[t.Batch]
	if pick == nil || c.moves[t.Batch] != nil {
		return fmt.Errorf("move task %s is for batch %d, which is not picked or moved twice", t.ID, t.Batch)
	}
	c.moves[t.Batch] = t
	if !slices.Contains(t.DependsOn, pick.ID) {
		return fmt.Errorf("move task %s does not depend on %s, which picks its batch", t.ID, pick.ID)
	}
	if t.Wave != pick.Wave {
		return fmt.Errorf("move task %s is of wave %d, its batch %d is of wave %d", t.ID, t.Wave, t.Batch, pick.Wave)
	}
	if !slices.Equal(slices.Sorted(slices.Values(t.OrderIDs)), slices.Sorted(slices.Values(pick.OrderIDs))) {
		return fmt.Errorf("move task %s lists other orders than %s, which picks its batch", t.ID, pick.ID)
	}
	f := c.floor
	unloading := stayBefore(t.Path, len(t.Path)-1)
	if f.Kinds[t.Path[len(t.Path)-1]] != CellInduct || int64(unloading)*f.StepSec < f.UnloadSec {
		return fmt.Errorf("move task %s does not end with %d s at an induction", t.ID, f.UnloadSec)
	}
	for k := len(t.Path) - 1 - unloading; k >= 0; k-- {
		if f.Kinds[t.Path[k]] == CellPick && int64(stayBefore(t.Path, k))*f.StepSec >= f.LoadSec {
			return nil
		}
	}
	return fmt.Errorf("move task %s does not stay %d s at a pick station before its induction", t.ID, f.LoadSec)
}

// stayBefore counts the steps just before position k on the same cell.
func stayBefore(path []int32, k int) int {
	n := 0
	for k-n-1 >= 0 && path[k-n-1] == path[k] {
		n++
	}
	return n
}

// checkMeetings looks for two robots on one cell at one step, and for two that swap cells between two steps.
func (c *checker) checkMeetings(robots []Robot, trips []trip) error {
	here := make(map[place]int, c.schedule.Steps+len(trips))
	for _, t := range trips {
		for k, cell := range t.cells {
			p := place{t.start + int64(k), cell}
			if other, taken := here[p]; taken && other != t.robot {
				return fmt.Errorf("robots %s and %s are both at %s at step %d", robots[other].ID, robots[t.robot].ID, c.floor.cellText(cell), p.step)
			}
			here[p] = t.robot
		}
	}
	for _, t := range trips {
		for k := 1; k < len(t.cells); k++ {
			step := t.start + int64(k)
			was, is := place{step - 1, t.cells[k]}, place{step, t.cells[k-1]}
			if t.cells[k] == t.cells[k-1] {
				continue
			}
			a, okA := here[was]
			b, okB := here[is]
			if okA && okB && a == b && a != t.robot {
				return fmt.Errorf("robots %s and %s swap %s and %s at step %d", robots[a].ID, robots[t.robot].ID,
					c.floor.cellText(t.cells[k-1]), c.floor.cellText(t.cells[k]), step)
			}
		}
	}
	return nil
}
