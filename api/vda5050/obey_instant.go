package vda5050

import (
	"slices"
	"strings"
)

// maxInstantStates bounds the instant actions that a simulated vehicle of 3.0 tells of.
const maxInstantStates = 20

// instant does an instant action and tells how it ended, or begins one that takes its time.
func (v *Vehicle) instant(a Action) {
	status := statusFinished
	var takesTime func()
	text := func(key string) string {
		for _, p := range a.Parameters {
			if s, ok := p.Value.(string); ok && p.Key == key {
				return s
			}
		}
		return ""
	}
	switch a.ActionType {
	case "cancelOrder":
		v.clear(statusFailed)
	case "startPause":
		v.paused = true
	case "stopPause":
		v.paused = false
	case "stateRequest":
	case "factsheetRequest":
		v.factsheet()
	case "retry", "skipRetry":
		status = v.again(text("actionId"), a.ActionType == "retry")
	case actDownloadMap:
		status = statusRunning
		takesTime = func() {
			v.state.Maps = append(v.state.Maps, MapState{text("mapId"), text("mapVersion"), setDisabled})
		}
	case actEnableMap, actDeleteMap:
		status = v.changeMap(text("mapId"), text("mapVersion"), a.ActionType == actEnableMap)
	case actEnableZoneSet, actDeleteZoneSet:
		status = v.changeZoneSet(text("zoneSetId"), a.ActionType == actEnableZoneSet)
	default:
		status = statusFailed
		if !strings.HasPrefix(a.ActionType, "clear") {
			v.refuse("INVALID_INSTANT_ACTION", "WARNING", Reference{"actionId", a.ActionID})
		}
	}
	v.noteInstant(ActionState{ActionID: a.ActionID, ActionType: a.ActionType, ActionStatus: status})
	if status == statusRunning {
		v.acts = append(v.acts, doing{Action: a, scope: scopeInstant, done: takesTime})
	}
}

// noteInstant puts an instant action where the vehicle's version tells of it.
func (v *Vehicle) noteInstant(a ActionState) {
	if v.o.Version == V21 {
		v.state.ActionStates = append(v.state.ActionStates, a)
		return
	}
	var list []ActionState
	if v.state.InstantActionStates != nil {
		list = *v.state.InstantActionStates
	}
	list = append(slices.Clone(list[max(0, len(list)-maxInstantStates+1):]), a)
	v.state.InstantActionStates = &list
}

// again lets an action that waits to be tried again run once more, or gives it up.
func (v *Vehicle) again(id string, retry bool) string {
	s := v.status(id)
	if s == nil || s.ActionStatus != statusRetriable {
		return statusFailed
	}
	s.ActionStatus = statusFailed
	if retry {
		s.ActionStatus = statusWaiting
	}
	return statusFinished
}

// changeMap enables a version of a map, and no other of that map, or deletes one that is not enabled.
func (v *Vehicle) changeMap(id, version string, enable bool) string {
	i := slices.IndexFunc(v.state.Maps, func(m MapState) bool { return m.MapID == id && m.MapVersion == version })
	if i < 0 || !enable && v.state.Maps[i].MapStatus == setEnabled {
		return statusFailed
	}
	if !enable {
		v.state.Maps = slices.Delete(slices.Clone(v.state.Maps), i, i+1)
		return statusFinished
	}
	for j := range v.state.Maps {
		if m := &v.state.Maps[j]; m.MapID == id {
			m.MapStatus = setDisabled
		}
	}
	v.state.Maps[i].MapStatus = setEnabled
	return statusFinished
}

// changeZoneSet enables a zone set, and no other of its map, or deletes one that is not enabled.
func (v *Vehicle) changeZoneSet(id string, enable bool) string {
	i := slices.IndexFunc(v.state.ZoneSets, func(s ZoneSetState) bool { return s.ZoneSetID == id })
	if i < 0 || !enable && v.state.ZoneSets[i].ZoneSetStatus == setEnabled {
		return statusFailed
	}
	if !enable {
		delete(v.zones.sets, id)
		v.state.ZoneSets = slices.Delete(slices.Clone(v.state.ZoneSets), i, i+1)
		return statusFinished
	}
	for j := range v.state.ZoneSets {
		if s := &v.state.ZoneSets[j]; s.MapID == v.state.ZoneSets[i].MapID {
			s.ZoneSetStatus = setDisabled
		}
	}
	v.state.ZoneSets[i].ZoneSetStatus = setEnabled
	return statusFinished
}
