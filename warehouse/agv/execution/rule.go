package execution

import "slices"

// Rule takes over which steps of the floor are closed by a rule, as [v*4+d], nil = none, and what each step costs, nil = as
// before. What is released stays so: a robot may yet do a step that was open when it was released.
func (c *Control) Rule(closed []bool, cost []uint8) {
	c.closed = slices.Clone(closed)
	for i, x := range cost {
		if c.cost[i] != x {
			c.turned = append(c.turned, int32(i))
		}
	}
	copy(c.cost, cost)
	c.redraw, c.stale = true, true
}

// Lend gives robot r vertices beside its way for a while, and tells whether it could: nobody else holds any of them. Others
// plan around them until Return.
func (c *Control) Lend(r int, vs []int32) bool {
	for _, v := range vs {
		if holder := c.Holder(v); holder >= 0 && holder != int32(r) || c.lent[v] != 0 && c.lent[v] != int32(r)+1 {
			return false
		}
	}
	c.order.drop() // who had planned to come there plans anew
	for _, v := range vs {
		c.lent[v] = int32(r) + 1
	}
	c.stale = true
	return true
}

// Return takes back vertices that were lent.
func (c *Control) Return(vs []int32) {
	for _, v := range vs {
		c.lent[v] = 0
	}
	c.stale = c.stale || len(vs) > 0
}

// shutNow are the vertices that no way leads through: those reported blocked, lent, or held by robots that stand.
func (c *Control) shutNow() []bool {
	shut := slices.Clone(c.blocked)
	for v, r := range c.lent {
		shut[v] = shut[v] || r != 0
	}
	return shut
}

// open tells where a step of the floor leads with all that is shut and closed, −1 = nowhere.
func (c *Control) open(i int, shut []bool) int32 {
	to := c.steps[i]
	if to >= 0 && (shut[to] || c.closed != nil && c.closed[i]) {
		return -1
	}
	return to
}
