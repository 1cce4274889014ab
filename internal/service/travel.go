package service

import (
	"context"
	"time"

	"quartermaster/internal/plan"
)

// travel gives a snapshot its streets, with what was learned of their speeds and the conditions that hold on its days; or
// says that it goes by straight lines. Times of conditions become the business's local time, by which plans count.
func (p *Planning) travel(ctx context.Context, tenant string, s *plan.Snapshot) error {
	s.Roads, s.RoadsVersion, s.Straight = p.Roads, p.RoadsVersion, p.Straight
	if p.Roads == nil || p.Live == nil {
		return nil
	}
	zone := p.Live.zone()
	midnight := func(day int) time.Time { return time.Date(1970, 1, 1+day, 0, 0, 0, 0, zone) }
	holding, err := p.Live.Between(ctx, tenant, midnight(s.OriginDay), midnight(s.OriginDay+s.Days))
	if err != nil {
		return err
	}
	local := func(sec int64) int64 {
		_, offset := time.Unix(sec, 0).In(zone).Zone()
		return sec + int64(offset)
	}
	for _, c := range holding {
		c.FromSec, c.UntilSec = local(c.FromSec), local(c.UntilSec)
		s.Conditions = append(s.Conditions, c)
	}
	learned, err := p.Live.Learned(ctx, tenant)
	if err == nil && learned != nil {
		pattern := learned.Pattern
		pattern.OffsetSec = 0 // local time it is already
		s.Speeds = &pattern
	}
	return err
}
