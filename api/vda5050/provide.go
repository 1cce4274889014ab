package vda5050

import (
	"fmt"
	"slices"
	"time"
)

// Map is the map that vehicles must have in force before they are given orders. Vehicles that tell of no maps are taken to
// have it.
type Map struct {
	Version string
	Link    string // where vehicles download it from
	Hash    string // of what is there; "" = vehicles do not compare
	// Replace has other versions of the map deleted from vehicles that have this one in force.
	Replace bool
}

// The instant actions that bring a vehicle's maps and zone sets in order.
const (
	actDownloadMap   = "downloadMap"
	actEnableMap     = "enableMap"
	actDeleteMap     = "deleteMap"
	actEnableZoneSet = "enableZoneSet"
	actDeleteZoneSet = "deleteZoneSet"
)

// attempt is something that a vehicle was asked for and has not shown yet.
type attempt struct {
	action string // id of the instant action, "" = another message
	at     time.Time
}

// provide gives a vehicle the map and the zones of the floor, step by step as its states show them, and says what it lacks
// for orders, "" = nothing.
func (f *Fleet) provide(m *member) string {
	if lacks := f.provideMap(m); lacks != "" {
		return lacks
	}
	return f.provideZones(m)
}

func (f *Fleet) provideMap(m *member) string {
	want, maps := f.o.Map, m.s.State.Maps
	if want == nil || maps == nil {
		return ""
	}
	about := []Parameter{{"mapId", f.o.MapID}, {"mapVersion", want.Version}}
	i := slices.IndexFunc(maps, func(x MapState) bool { return x.MapID == f.o.MapID && x.MapVersion == want.Version })
	switch {
	case i < 0:
		load := append(slices.Clip(about), Parameter{"mapDownloadLink", want.Link})
		if want.Hash != "" {
			load = append(load, Parameter{"mapHash", want.Hash})
		}
		return "its map: " + f.ask(m, actDownloadMap, "", load...)
	case maps[i].MapStatus != setEnabled:
		return "its map: " + f.ask(m, actEnableMap, "", about...)
	}
	for _, x := range maps {
		if want.Replace && x.MapID == f.o.MapID && x.MapVersion != want.Version {
			f.ask(m, actDeleteMap, x.MapVersion, Parameter{"mapId", x.MapID}, Parameter{"mapVersion", x.MapVersion})
		}
	}
	return ""
}

// provideZones brings a vehicle of 3.0 the zones of the types that it keeps to. Until it shows them in force it is not driven:
// it would not keep to them.
func (f *Fleet) provideZones(m *member) string {
	if m.s.Version != V30 || len(f.ground.set.Zones) == 0 && m.zones == nil {
		return ""
	}
	facts := m.s.Facts
	if facts == nil {
		return "its factsheet: " + f.ask(m, "factsheetRequest", "")
	}
	if len(facts.TypeSpecification.SupportedZones) == 0 {
		return ""
	}
	if m.zones == nil || m.zonesOf != f.ground.set.ZoneSetID {
		set, err := f.ground.set.only(facts.TypeSpecification.SupportedZones)
		if err != nil {
			return err.Error()
		}
		m.zones, m.zonesOf = set, f.ground.set.ZoneSetID
	}
	if most := facts.limits().Zones; most > 0 && len(m.zones.Zones) > most {
		return fmt.Sprintf("its zones: it takes %d and the floor has %d of the types that it keeps to", most, len(m.zones.Zones))
	}
	sets := m.s.State.ZoneSets
	i := slices.IndexFunc(sets, func(x ZoneSetState) bool { return x.ZoneSetID == m.zones.ZoneSetID })
	switch {
	case i < 0:
		if f.due(m, TopicZoneSet+m.zones.ZoneSetID) {
			f.attempted(m, TopicZoneSet+m.zones.ZoneSetID, "")
			if err := m.s.Bring(m.zones); err != nil {
				return err.Error()
			}
		}
		return "its zones: they were sent"
	case sets[i].ZoneSetStatus != setEnabled:
		return "its zones: " + f.ask(m, actEnableZoneSet, m.zones.ZoneSetID, Parameter{"zoneSetId", m.zones.ZoneSetID})
	}
	for _, x := range sets {
		if x.MapID == f.o.MapID && x.ZoneSetID != m.zones.ZoneSetID {
			f.ask(m, actDeleteZoneSet, x.ZoneSetID, Parameter{"zoneSetId", x.ZoneSetID})
		}
	}
	return ""
}

// ask asks a vehicle for an instant action about something, again where no state shows it in time, or where it failed and
// some time went by since. It says how that is.
func (f *Fleet) ask(m *member, actionType, about string, parameters ...Parameter) string {
	key := actionType + about
	was := m.attempts[key]
	if s := m.s.find(was.action); s != nil && s.ActionStatus == statusFailed && f.master.o.Now().Sub(was.at) < f.o.BlockFor {
		return fmt.Sprintf("%s failed: %s", actionType, s.Result())
	}
	if f.due(m, key) {
		id, err := m.s.Act(actionType, parameters...)
		if err != nil {
			return err.Error()
		}
		f.attempted(m, key, id)
	}
	return actionType + " is under way"
}

// due tells whether something is to be asked for: it was not yet, or no state showed it in time.
func (f *Fleet) due(m *member, key string) bool {
	was, known := m.attempts[key]
	since := f.master.o.Now().Sub(was.at)
	if s := m.s.find(was.action); s != nil {
		return s.ended() && since >= f.o.BlockFor
	}
	return !known || since >= f.master.o.ResendAfter
}

// maxAttempts bounds what is kept of what a vehicle was asked for.
const maxAttempts = 100

func (f *Fleet) attempted(m *member, key, action string) {
	if m.attempts == nil || len(m.attempts) >= maxAttempts {
		m.attempts = map[string]attempt{}
	}
	m.attempts[key] = attempt{action, f.master.o.Now()}
}

// keeps tells whether a vehicle keeps to zones of a type by itself.
func (m *member) keeps(t ZoneType) bool {
	return m.s.Version == V30 && m.s.Facts != nil && slices.Contains(m.s.Facts.TypeSpecification.SupportedZones, t)
}
