package store

import (
	"errors"
	"testing"
	"time"

	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

func closureOf(id string, fromUs, untilUs int64) service.RoadCondition {
	return service.RoadCondition{ID: id, Kind: road.Closure, Source: "police", FromUs: fromUs, UntilUs: untilUs, Closed: true, Nodes: [][2]int64{{1, 2}}}
}

// Conditions are stored whole or not at all, replaced by id, found by their time, end by themselves, and each change is
// counted once; another tenant sees none of it.
func TestRoadConditions(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		now := must[int64](t)(s.Now(ctx))
		hour := time.Hour.Microseconds()
		if r := must[int64](t)(s.RoadRevision(ctx, tenant)); r != 0 {
			t.Errorf("revision %d of an untouched tenant", r)
		}
		batch := []service.RoadCondition{closureOf("a", now-hour, now+hour), closureOf("b", now+hour, now+2*hour), closureOf("old", now-9*hour, now-8*hour)}
		if r := must[int64](t)(s.SaveRoadConditions(ctx, tenant, batch)); r != 1 {
			t.Errorf("revision %d after the first change", r)
		}
		batch[0].Reason = "a landslide"
		if r := must[int64](t)(s.SaveRoadConditions(ctx, tenant, batch[:1])); r != 2 {
			t.Errorf("revision %d after the second", r)
		}
		got := must[service.RoadCondition](t)(s.RoadCondition(ctx, tenant, "a"))
		if got.Reason != "a landslide" || got.Revision != 2 || got.Nodes[0] != [2]int64{1, 2} || got.UpdatedUs < got.CreatedUs || got.CreatedUs == 0 {
			t.Errorf("read %+v", got)
		}
		for name, c := range map[string]struct {
			q    service.RoadQuery
			want string
		}{
			"all":       {service.RoadQuery{}, "a b old "},
			"now":       {service.RoadQuery{FromUs: now, UntilUs: now + 1}, "a "},
			"not ended": {service.RoadQuery{FromUs: now}, "a b "},
			"page":      {service.RoadQuery{After: "a", Limit: 1}, "b "},
			"kind":      {service.RoadQuery{Kind: road.Weather}, ""},
		} {
			ids := ""
			for _, x := range must[[]service.RoadCondition](t)(s.RoadConditions(ctx, tenant, c.q)) {
				ids += x.ID + " "
			}
			if ids != c.want {
				t.Errorf("%s: %q, want %q", name, ids, c.want)
			}
		}
		if all := must[[]service.RoadCondition](t)(s.RoadConditions(ctx, "other", service.RoadQuery{})); len(all) > 0 {
			t.Errorf("another tenant sees %+v", all)
		}
		if _, err := s.SaveRoadConditions(ctx, tenant, []service.RoadCondition{closureOf("good", now, now+1), closureOf("bad", now, now)}); !errors.Is(err, service.ErrInvalid) {
			t.Errorf("an empty time: %v", err)
		}
		for range 2 { // ending it twice is no error, and counts once
			noError(t, s.EndRoadCondition(ctx, tenant, "a"))
		}
		if c := must[service.RoadCondition](t)(s.RoadCondition(ctx, tenant, "a")); c.UntilUs > must[int64](t)(s.Now(ctx)) {
			t.Errorf("ended, and holds until %d", c.UntilUs)
		}
		if err := s.EndRoadCondition(ctx, tenant, "nobody's"); !errors.Is(err, service.ErrNotFound) {
			t.Errorf("ended what is not there: %v", err)
		}
		if r := must[int64](t)(s.RoadRevision(ctx, tenant)); r != 3 {
			t.Errorf("revision %d at the end", r)
		}
		if n := must[int](t)(s.SweepRoadConditions(ctx, time.Hour, 10)); n != 0 {
			t.Errorf("%d swept that were told just now", n)
		}
		time.Sleep(2 * time.Millisecond)
		if n := must[int](t)(s.SweepRoadConditions(ctx, time.Millisecond, 10)); n != 2 { // old, and a, which was ended
			t.Errorf("%d swept", n)
		}
	})
}

// Speeds add up over calls and over jobs, each job once.
func TestRoadSpeeds(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		speeds := road.NewSpeeds()
		noError(t, speeds.Add(road.Seen{FromNode: 1, ToNode: 2, Hour: 8, Passages: 2, SumLog: -0.4, SumLogSquares: 0.1}))
		noError(t, s.AddRoadSpeeds(ctx, tenant, "van", speeds))
		job, _, err := s.Submit(ctx, tenant, service.Submission{Kind: "road-match"})
		noError(t, err)
		claimed, _, ok, err := s.Claim(ctx, job.Ref, long)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		result := service.Result{RoadSpeeds: &service.LearnedSpeeds{Profile: "van", Speeds: speeds}}
		noError(t, s.Finish(ctx, claimed, result))
		if err := s.Finish(ctx, claimed, result); !errors.Is(err, service.ErrTokenLost) {
			t.Errorf("finished twice: %v", err)
		}
		var seen []road.Seen
		must[*road.Speeds](t)(s.RoadSpeeds(ctx, tenant, "van")).Each(func(x road.Seen) { seen = append(seen, x) })
		if len(seen) != 1 || seen[0].Passages != 4 || seen[0].SumLog != -0.8 {
			t.Errorf("seen %+v", seen)
		}
		if n := must[*road.Speeds](t)(s.RoadSpeeds(ctx, "other", "van")).Len(); n != 0 {
			t.Errorf("another tenant sees %d", n)
		}
		noError(t, s.ForgetRoadSpeeds(ctx, tenant, "van"))
		if n := must[*road.Speeds](t)(s.RoadSpeeds(ctx, tenant, "van")).Len(); n != 0 {
			t.Errorf("%d left", n)
		}
	})
}
