package vda5050

import (
	"cmp"
	"slices"
	"time"
)

// Report is what a vehicle last told of itself, for people to look at.
type Report struct {
	ID       ID
	Version  Version
	Online   bool
	SetAside string // why what it says is not taken, "" = it is
	Problems []string

	// All below are of its last state; HeardAt is zero where none came.
	HeardAt       time.Time
	NodeID        string // the last one passed
	OrderID       string // "" = none
	Mode          string // operating mode
	Driving       bool
	ChargePercent float64 // below 0: not told
	Errors        []Error
	Maps          []MapState
	ZoneSets      []ZoneSetState // of 3.0
	Pose          *Pose          // where it says that it is, by its last state or visualization; nil = it does not
}

// Reports tells of all vehicles that were heard of, by id.
func (m *Master) Reports() []Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Report, 0, len(m.sessions))
	for _, s := range m.sessions {
		r := Report{ID: s.ID, Version: s.Version, Online: s.Online, SetAside: s.SetAside, Problems: slices.Clone(s.Problems), ChargePercent: -1}
		if state := s.State; state != nil {
			r.HeardAt, r.NodeID, r.OrderID, r.Mode, r.Driving = s.HeardAt, state.LastNodeID, state.OrderID, state.OperatingMode, state.Driving
			r.Errors, r.Maps, r.ZoneSets, r.Pose = slices.Clone(state.Errors), slices.Clone(state.Maps), slices.Clone(state.ZoneSets), state.Pose()
			switch {
			case state.BatteryState != nil:
				r.ChargePercent = state.BatteryState.BatteryCharge
			case state.PowerSupply != nil:
				r.ChargePercent = state.PowerSupply.StateOfCharge
			}
		}
		if s.Shown != nil && s.Shown.Pose() != nil {
			r.Pose = s.Shown.Pose()
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Report) int {
		return cmp.Or(cmp.Compare(a.ID.Manufacturer, b.ID.Manufacturer), cmp.Compare(a.ID.Serial, b.ID.Serial))
	})
	return out
}

// Listener hears what vehicles tell on a link and sends them nothing.
type Listener struct{}

// Online does nothing.
func (Listener) Online(*Session, bool) {}

// State does nothing.
func (Listener) State(*Session, *State) {}

// Visualization does nothing.
func (Listener) Visualization(*Session, *Visualization) {}

// Factsheet does nothing.
func (Listener) Factsheet(*Session, *Factsheet) {}
