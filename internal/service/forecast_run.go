package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
)

// KindForecastRun is the job that has every stale forecast of a business made, without planning anything.
const KindForecastRun = "forecast-run"

// ForecastRunRequest asks for all forecasts as of one morning.
type ForecastRunRequest struct {
	// OriginDate is the first day forecast, such as 2011-11-14, and later sales are not looked at; empty = the day after the newest
	// order, as it is when the run begins.
	OriginDate string `json:"origin_date,omitempty"`
}

// ForecastRunSummary is the result of a run.
type ForecastRunSummary struct {
	OriginDate string         `json:"origin_date"`
	Items      int            `json:"items"` // of the business
	Made       int            `json:"made"`  // forecast afresh; the others were as they should be
	ByMethod   map[string]int `json:"by_method"`
	ByStatus   map[string]int `json:"by_status"`
	Alerts     int            `json:"alerts"`
}

// RequestForecasts queues a run. The same key and request give the job that is there already, with created false.
func (p *Planning) RequestForecasts(ctx context.Context, tenant string, r ForecastRunRequest, idempotencyKey string, priority int) (job Job, created bool, err error) {
	if _, err := p.ForecastOrigin(ctx, tenant, r.OriginDate); err != nil {
		return Job{}, false, err
	}
	input, err := json.Marshal(r)
	if err != nil {
		return Job{}, false, err
	}
	return p.Jobs.Submit(ctx, tenant, Submission{Kind: KindForecastRun, Input: input, Priority: priority, IdempotencyKey: idempotencyKey})
}

// MaxAheadDays is how far after the newest order a plan or a forecast may begin. Every day between is a gap in each item's
// history, so that a far one costs memory without end and says nothing.
const MaxAheadDays = 366

// ForecastOrigin reads the first day to forecast, as days since 1970-01-01: of a date such as 2011-11-14, or of no date the day
// after the newest order. ErrInvalid says that it is no date or too far ahead, ErrConflict that there are no orders to go by.
func (p *Planning) ForecastOrigin(ctx context.Context, tenant, date string) (int, error) {
	lastUs, placed, err := p.Facts.NewestOrder(ctx, tenant)
	if err != nil {
		return 0, err
	}
	newest := int(lastUs / microsPerDay)
	if date == "" {
		if !placed {
			return 0, fmt.Errorf("%w: there are no orders yet, so that the day must be named", ErrConflict)
		}
		return newest + 1, nil
	}
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, fmt.Errorf("%w: origin_date: %q is no date such as 2011-11-14", ErrInvalid, date)
	}
	day := int(t.UnixMicro() / microsPerDay)
	if day < 0 || day > maxOriginDay {
		return 0, fmt.Errorf("%w: origin_date: %s is not of the years 1970 to 2199", ErrInvalid, date)
	}
	if placed && day > newest+MaxAheadDays {
		return 0, fmt.Errorf("%w: origin_date: want a date within %d days after the newest order, of %s", ErrInvalid, MaxAheadDays, dateOf(newest))
	}
	return day, nil
}

func dateOf(day int) string {
	return time.UnixMicro(int64(day) * microsPerDay).UTC().Format(time.DateOnly)
}

// handleForecastRun goes through the sales a chunk at a time, so that a hundred thousand histories are never in memory together:
// once for the week that all share, once to see whose forecast is stale. The chunks are jobs of their own; one that was done
// before a crash is not done again.
func (p *Planning) handleForecastRun(ctx context.Context, run *Run) (Outcome, error) {
	var r ForecastRunRequest
	if err := json.Unmarshal(run.Input, &r); err != nil {
		return Outcome{}, fmt.Errorf("read the request: %w", err)
	}
	s, err := p.business(ctx, run.Job.Tenant)
	if err != nil {
		return Outcome{}, err
	}
	if run.Gathering() {
		children, err := run.Children(ctx)
		if err != nil {
			return Outcome{}, err
		}
		return forecastRunEnd(ForecastRunSummary{Items: len(s.Items)}, children)
	}
	origin, err := p.ForecastOrigin(ctx, run.Job.Tenant, r.OriginDate)
	if err != nil {
		return Outcome{}, err
	}
	scan := salesScan{planning: p, run: run, facts: s, origin: origin}
	var pool plan.WeekPool
	err = scan.each(ctx, 0, "reading what was sold", func(chunk *plan.Snapshot) {
		for _, x := range chunk.Sales {
			pool.Add(x)
		}
	})
	if err != nil {
		return Outcome{}, err
	}
	week := pool.Week()
	known, err := p.Facts.ForecastHashes(ctx, run.Job.Tenant)
	if err != nil {
		return Outcome{}, err
	}
	var stale []string
	err = scan.each(ctx, spawnShare/2, "looking for forecasts that are stale", func(chunk *plan.Snapshot) {
		for _, task := range chunk.ForecastTasks() {
			if hash, ok := known[task.Series.ID]; !ok || hash != task.Hash(chunk.Review.HorizonDays, week) {
				stale = append(stale, task.Series.ID)
			}
		}
	})
	if err != nil {
		return Outcome{}, err
	}
	if len(stale) == 0 {
		return forecastRunEnd(ForecastRunSummary{OriginDate: dateOf(origin), Items: len(s.Items)}, nil)
	}
	children, err := forecastJobs(PlanRequest{OriginDay: origin}, week, stale, run.Job.Priority)
	return Outcome{Spawn: children}, err
}

// forecastRunEnd sums up what the chunks made.
func forecastRunEnd(sum ForecastRunSummary, children []Child) (Outcome, error) {
	sum.ByMethod, sum.ByStatus = map[string]int{}, map[string]int{}
	for _, c := range children {
		var made chunkResult
		if err := json.Unmarshal(c.Result, &made); err != nil {
			return Outcome{}, fmt.Errorf("read what chunk %s made: %w", c.ID, err)
		}
		sum.OriginDate = dateOf(made.OriginDay)
		sum.Made += made.Made
		sum.Alerts += made.Alerts
		addCounts(sum.ByMethod, made.ByMethod)
		addCounts(sum.ByStatus, made.ByStatus)
	}
	body, err := json.Marshal(sum)
	return Outcome{Result: Result{Body: body, Sentence: fmt.Sprintf("%d of %d items forecast, the others were up to date", sum.Made, sum.Items)}}, err
}

func addCounts(sum, more map[string]int) {
	for name, n := range more {
		sum[name] += n
	}
}

// chunkResult is what a chunk of forecasts leaves for its parent.
type chunkResult struct {
	OriginDay int            `json:"origin_day"`
	Made      int            `json:"made"`
	ByMethod  map[string]int `json:"by_method"`
	ByStatus  map[string]int `json:"by_status"`
	Alerts    int            `json:"alerts"`
}

func chunkMade(originDay int, rows []ItemForecast) chunkResult {
	r := chunkResult{OriginDay: originDay, Made: len(rows), ByMethod: map[string]int{}, ByStatus: map[string]int{}}
	for _, f := range rows {
		r.ByMethod[f.Head.Method]++
		r.ByStatus[f.Head.Status]++
		r.Alerts += f.Head.Alerts
	}
	return r
}

// salesScan reads the sales of all declared items, a few hundred at a time, as they were known on a morning.
type salesScan struct {
	planning *Planning
	run      *Run
	facts    *plan.Snapshot
	origin   int
}

// each calls do with a snapshot of each chunk's items and sales.
func (x *salesScan) each(ctx context.Context, done float64, sentence string, do func(chunk *plan.Snapshot)) error {
	items := x.facts.Items
	for from := 0; from < len(items); from += forecastChunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := items[from:min(from+forecastChunk, len(items))]
		ids := make([]string, len(part))
		for i, item := range part {
			ids[i] = item.ID
		}
		chunk, err := x.planning.narrowed(ctx, x.run.Job.Tenant, x.facts, x.origin, ids)
		if err != nil {
			return err
		}
		do(chunk)
		x.run.Progress(done+spawnShare/2*float64(from+len(part))/float64(len(items)), sentence)
	}
	return nil
}

// narrowed gives a snapshot of some items with their sales as they were known on the morning of day origin. It leaves facts alone.
func (p *Planning) narrowed(ctx context.Context, tenant string, facts *plan.Snapshot, origin int, ids []string) (*plan.Snapshot, error) {
	sales, err := p.Facts.Sales(ctx, tenant, ids...)
	if err != nil {
		return nil, err
	}
	spells, err := p.Facts.EmptySpells(ctx, tenant, ids...)
	if err != nil {
		return nil, err
	}
	s := *facts
	s.OriginDay = origin
	wanted := make(map[string]forecast.Series, len(ids))
	for _, id := range ids {
		wanted[id] = forecast.Series{}
	}
	for _, x := range sales {
		wanted[x.ID] = x
	}
	s.Items, s.Sales = nil, nil
	for _, item := range facts.Items {
		if x, ok := wanted[item.ID]; ok {
			s.Items = append(s.Items, item)
			s.Sales = append(s.Sales, seriesUntil(x, item.ID, origin))
		}
	}
	emptyDays(&s, spells)
	return &s, nil
}

// decodedBusiness keeps one tenant's declared facts decoded: the chunks of a large business would each read it again.
type decodedBusiness struct {
	mu       sync.Mutex
	tenant   string
	revision int64
	facts    *plan.Snapshot
}

// business gives the declared facts. They are shared: nobody changes them.
func (p *Planning) business(ctx context.Context, tenant string) (*plan.Snapshot, error) {
	revision, err := p.Facts.BusinessRevision(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if revision == 0 {
		return nil, ErrUndeclared
	}
	p.decoded.mu.Lock()
	defer p.decoded.mu.Unlock()
	if d := &p.decoded; d.facts != nil && d.tenant == tenant && d.revision == revision {
		return d.facts, nil
	}
	b, err := p.Facts.Business(ctx, tenant)
	if err != nil {
		return nil, err
	}
	s, err := DecodeBusiness(b.Document)
	if err != nil {
		return nil, err
	}
	s.Items = slices.Clip(s.Items)
	p.decoded.tenant, p.decoded.revision, p.decoded.facts = tenant, b.Revision, &s
	return &s, nil
}
