package service

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"quartermaster/routing/road"
)

// Streets gives each tenant the streets as they are: the graph under what was learned of its speeds and under the conditions
// that hold. Every process keeps its own and looks at the tenant's revision, one small row, at most once a second: what
// changes anywhere takes effect everywhere within that and the time of working it in. Who asks meanwhile gets the streets of
// a moment ago.
type Streets struct {
	Base    *road.Graph // nil = no streets: nothing holds on straight lines
	Store   RoadStore
	Zone    *time.Location // of the business; nil = UTC
	Workers int
	Log     *slog.Logger

	mu  sync.Mutex
	per map[string]*tenantStreets
}

const (
	streetsCheck = time.Second
	// streetsStale is how old the last look may be for the streets to be given out while they are looked at again.
	streetsStale  = 5 * time.Second
	maxStreets    = 64 // tenants kept
	maxMoments    = 4  // graphs of other times kept of each
	streetsLookup = 30 * time.Second
	// relearn is how often what was learned meanwhile is worked in: speeds by the hour do not change by the minute.
	relearn = 10 * time.Minute
)

// tenantStreets is what is kept of one tenant.
type tenantStreets struct {
	work sync.Mutex // held by whoever brings it up to date

	mu       sync.Mutex // guards what follows
	looked   time.Time
	revision int64
	speeds   *road.Learned
	learned  time.Time        // when speeds were read
	all      []road.Condition // that have not ended when they were read, or were asked for
	now      *road.Graph
	until    time.Time // when now has to be worked out anew though nothing was changed
	moments  []moment  // latest last
}

// moment is a graph of some time.
type moment struct {
	key   string
	graph *road.Graph
}

func (s *Streets) of(tenant string) *tenantStreets {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.per[tenant]
	if t == nil {
		if s.per == nil || len(s.per) >= maxStreets {
			s.per = map[string]*tenantStreets{}
		}
		t = &tenantStreets{revision: -1}
		s.per[tenant] = t
	}
	return t
}

// Now gives the streets as they are, nil where there are none.
func (s *Streets) Now(ctx context.Context, tenant string) (*road.Graph, error) {
	if s == nil || s.Base == nil || s.Store == nil {
		return s.base(), nil
	}
	t := s.of(tenant)
	now := time.Now()
	t.mu.Lock()
	graph, fresh := t.now, now.Sub(t.looked) < streetsCheck && now.Before(t.until)
	soon := graph != nil && now.Sub(t.looked) < streetsStale
	t.mu.Unlock()
	if fresh && graph != nil {
		return graph, nil
	}
	if soon { // whoever finds nobody at work starts it, and takes what is there
		if t.work.TryLock() {
			go func() {
				defer t.work.Unlock()
				ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), streetsLookup)
				defer stop()
				if err := s.look(ctx, tenant, t); err != nil && s.Log != nil {
					s.Log.Warn("road conditions were not read, will try again", "error", err)
				}
			}()
		}
		return graph, nil
	}
	t.work.Lock()
	defer t.work.Unlock()
	if err := s.look(ctx, tenant, t); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now, nil
}

// Changed makes the next who asks for a tenant's streets look for changes first: this process has made one itself.
func (s *Streets) Changed(tenant string) {
	if s == nil || s.Base == nil {
		return
	}
	t := s.of(tenant)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.looked = time.Time{}
}

func (s *Streets) base() *road.Graph {
	if s == nil {
		return nil
	}
	return s.Base
}

// look reads what changed and works it in. t.work is held.
func (s *Streets) look(ctx context.Context, tenant string, t *tenantStreets) error {
	at := time.Now()
	t.mu.Lock()
	done := t.now != nil && at.Sub(t.looked) < streetsCheck && at.Before(t.until)
	known, from, speeds, all, learned := t.revision, t.now, t.speeds, t.all, t.learned
	t.mu.Unlock()
	if done {
		return nil
	}
	revision, err := s.Store.RoadRevision(ctx, tenant)
	if err != nil {
		return err
	}
	if revision != known {
		if all, err = s.conditions(ctx, tenant, RoadQuery{FromUs: at.UnixMicro()}); err != nil {
			return err
		}
	}
	old := revision != known || at.Sub(learned) >= relearn
	if old {
		if speeds, err = s.Learned(ctx, tenant); err != nil {
			return err
		}
		learned = at
	}
	if from == nil {
		from = s.Base
	}
	graph := from
	t.mu.Lock()
	over := !at.Before(t.until)
	t.mu.Unlock()
	if old || over {
		if graph, err = from.At(ctx, at.Unix(), pattern(speeds), all, s.Workers); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if old {
		t.moments = nil
	}
	t.looked, t.revision, t.speeds, t.learned, t.all, t.now = at, revision, speeds, learned, all, graph
	t.until = nextChange(at, speeds, all)
	return nil
}

func pattern(l *road.Learned) *road.Pattern {
	if l == nil {
		return nil
	}
	return &l.Pattern
}

// nextChange is when a condition begins or ends next, or the hour turns where speeds go by the hour.
func nextChange(at time.Time, speeds *road.Learned, all []road.Condition) time.Time {
	next := at.Add(24 * time.Hour).Unix()
	if speeds != nil {
		next = min(next, (at.Unix()/3600+1)*3600)
	}
	for i := range all {
		for _, sec := range []int64{all[i].FromSec, all[i].UntilSec} {
			if sec > at.Unix() {
				next = min(next, sec)
			}
		}
	}
	return time.Unix(next, 0)
}

// conditions reads stored conditions as the road engine takes them. What it cannot take, as after an upgrade, is passed over
// and told.
func (s *Streets) conditions(ctx context.Context, tenant string, q RoadQuery) ([]road.Condition, error) {
	stored, err := s.Store.RoadConditions(ctx, tenant, q)
	if err != nil {
		return nil, err
	}
	var all []road.Condition
	for i := range stored {
		c, err := stored[i].Road()
		if err != nil {
			if s.Log != nil {
				s.Log.Warn("a road condition is passed over", "id", stored[i].ID, "error", err)
			}
			continue
		}
		all = append(all, c)
	}
	return all, nil
}

// Learned gives what was learned of a tenant's speeds up to now, nil where nothing was.
func (s *Streets) Learned(ctx context.Context, tenant string) (*road.Learned, error) {
	if s == nil || s.Base == nil || s.Store == nil {
		return nil, nil
	}
	seen, err := s.Store.RoadSpeeds(ctx, tenant, s.Base.Profile().Name)
	if err != nil || seen.Len() == 0 {
		return nil, err
	}
	_, offset := time.Now().In(s.zone()).Zone()
	return seen.Pattern(s.Base, int64(offset)), nil
}

func (s *Streets) zone() *time.Location {
	if s.Zone != nil {
		return s.Zone
	}
	return time.UTC
}

// At gives the streets of another time: the speeds of its hour, and the conditions that hold then by what is known now.
func (s *Streets) At(ctx context.Context, tenant string, at time.Time) (*road.Graph, error) {
	return s.During(ctx, tenant, at, at.Add(time.Microsecond))
}

// During gives the streets of a span of time, as who plans for the whole of it sees them: the speeds of the hour in its
// middle, and all conditions that hold at some time of it.
func (s *Streets) During(ctx context.Context, tenant string, from, until time.Time) (*road.Graph, error) {
	return s.during(ctx, tenant, from, until, true)
}

// Planned gives the streets of a span of time as the ways of a plan are measured: free flow, under all conditions that hold
// at some time of it. A plan counts the hour's speeds on top.
func (s *Streets) Planned(ctx context.Context, tenant string, from, until time.Time) (*road.Graph, error) {
	return s.during(ctx, tenant, from, until, false)
}

func (s *Streets) during(ctx context.Context, tenant string, from, until time.Time, hourly bool) (*road.Graph, error) {
	now, err := s.Now(ctx, tenant)
	if err != nil || now == nil || s.Store == nil {
		return now, err
	}
	holding, err := s.Between(ctx, tenant, from, until)
	if err != nil {
		return nil, err
	}
	at := from.Add(until.Sub(from) / 2)
	for i := range holding {
		holding[i].FromSec, holding[i].UntilSec = at.Unix(), at.Unix()+1
	}
	t := s.of(tenant)
	t.mu.Lock()
	speeds := t.speeds
	if !hourly {
		speeds = nil
	}
	key := momentKey(speeds, t.revision, at, holding)
	for _, m := range t.moments {
		if m.key == key {
			t.mu.Unlock()
			return m.graph, nil
		}
	}
	t.mu.Unlock()
	graph, err := now.At(ctx, at.Unix(), pattern(speeds), holding, s.Workers)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.moments = append(t.moments, moment{key, graph}); len(t.moments) > maxMoments {
		t.moments = slices.Delete(t.moments, 0, 1)
	}
	return graph, nil
}

// momentKey names what streets of a time depend on.
func momentKey(speeds *road.Learned, revision int64, at time.Time, holding []road.Condition) string {
	key := []byte(time.Duration(revision).String())
	if speeds != nil {
		key = append(key, byte('a'+speeds.Hour(at.Unix())))
	}
	for i := range holding {
		key = append(append(key, 0), holding[i].ID...)
	}
	return string(key)
}

// Between gives the conditions that hold at some time of a span, for who plans ahead.
func (s *Streets) Between(ctx context.Context, tenant string, from, until time.Time) ([]road.Condition, error) {
	if s == nil || s.Base == nil || s.Store == nil {
		return nil, nil
	}
	return s.conditions(ctx, tenant, RoadQuery{FromUs: from.UnixMicro(), UntilUs: until.UnixMicro()})
}
