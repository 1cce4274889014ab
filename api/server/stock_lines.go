package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type listStockLinesInput struct {
	ID     string `path:"id" maxLength:"64"`
	Health string `query:"health" enum:"healthy,under,over,out of stock,expiring"`
	SiteID string `query:"site_id" maxLength:"200"`
	Search string `query:"search" maxLength:"200" doc:"Part of the item's id, in capitals or not"`
	Cursor string `query:"cursor" maxLength:"10" pattern:"^[0-9]*$" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type stockLinesOutput struct{ Body api.StockLineList }

func (s *Server) registerStockLines() {
	op := operation("list-stock-lines", http.MethodGet, "/v1/replenishments/{id}/lines", "How items stand in a replenishment run, by pages", "replenishments", service.ScopePlansRead, 404, 409)
	op.Description = "Of a run that line_pages was asked of: how every item stands at every site, in the order of the catalogue."
	register(s, op, s.listStockLines)
}

func (s *Server) listStockLines(ctx context.Context, in *listStockLinesInput) (*stockLinesOutput, error) {
	lines, err := s.keptLines(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	from, _ := strconv.Atoi(in.Cursor) // the pattern lets nothing else through; "" is the beginning
	part := strings.ToLower(in.Search)
	out := &stockLinesOutput{Body: api.StockLineList{Items: []api.StockLine{}}}
	for i := range lines {
		l := &lines[i]
		if in.Health != "" && l.Health != in.Health || in.SiteID != "" && l.SiteID != in.SiteID || !strings.Contains(strings.ToLower(l.ItemID), part) {
			continue
		}
		out.Body.Found++
		switch {
		case i < from:
		case len(out.Body.Items) < in.Limit:
			out.Body.Items = append(out.Body.Items, *l)
		case out.Body.NextCursor == "":
			out.Body.NextCursor = strconv.Itoa(i)
		}
	}
	return out, nil
}

// keptLines are the lines that a replenishment run has kept for pages.
func (s *Server) keptLines(ctx context.Context, id string) ([]api.StockLine, error) {
	job, err := s.options.Jobs.Job(ctx, service.Ref{Tenant: s.tenant(ctx), ID: id})
	if err != nil {
		return nil, err
	}
	if job.Kind != replenishmentKind {
		return nil, fmt.Errorf("%w: there are no replenishments with the id %q", service.ErrNotFound, id)
	}
	if lines, ok := s.lines.find(job.Ref); ok {
		return lines, nil
	}
	if job.State != service.StateDone {
		return nil, fmt.Errorf("%w: the replenishments %q are %s; their lines are there when they are done", service.ErrConflict, id, job.State)
	}
	body, err := s.options.Jobs.JobResult(ctx, job.Ref)
	if err != nil {
		return nil, err
	}
	var kept struct {
		Paged int             `json:"paged_lines"`
		Lines []api.StockLine `json:"stock"`
	}
	if err := json.Unmarshal(body, &kept); err != nil {
		return nil, fmt.Errorf("server: read the lines of job %s: %w", id, err)
	}
	if kept.Paged == 0 {
		return nil, fmt.Errorf("%w: the replenishments %q keep no lines for pages; ask for them with line_pages", service.ErrNotFound, id)
	}
	s.lines.keep(job.Ref, kept.Lines)
	return kept.Lines, nil
}

// recentLines keeps what was read of the last runs: whoever asks for one page mostly asks for the next, and reading an answer
// takes longer than finding its lines. An answer never changes.
type recentLines struct {
	mu   sync.Mutex
	runs []linesOfRun // the newest last
}

type linesOfRun struct {
	run   service.Ref
	lines []api.StockLine
}

const (
	mostRecentRuns  = 4
	mostRecentLines = 200_000 // of all of them, some 60 MB
)

func (r *recentLines) find(run service.Ref) ([]api.StockLine, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.runs, func(x linesOfRun) bool { return x.run == run })
	if at < 0 {
		return nil, false
	}
	return r.runs[at].lines, true
}

// keep adds a run and lets the oldest go until the limits hold.
func (r *recentLines) keep(run service.Ref, lines []api.StockLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs = slices.DeleteFunc(r.runs, func(x linesOfRun) bool { return x.run == run })
	r.runs = append(r.runs, linesOfRun{run, lines})
	total := 0
	for _, x := range r.runs {
		total += len(x.lines)
	}
	for len(r.runs) > mostRecentRuns || total > mostRecentLines {
		total -= len(r.runs[0].lines)
		r.runs = slices.Delete(r.runs, 0, 1)
	}
}
