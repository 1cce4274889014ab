package server

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/internal/service"
)

// registerPlain adds what is for machines and people that do not speak the API: health, metrics, and a page about it.
func (s *Server) registerPlain(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.needs(service.ScopeMetricsRead, s.metrics.handler()))
	page := s.docsPage()
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_, _ = w.Write(page) // a broken connection has nobody to tell
	})
	if s.options.VROOM != nil { // spoken in VROOM's words, which the description of this API does not repeat
		guarded := s.needs(service.ScopePlansWrite, s.options.VROOM)
		mux.Handle("POST /vroom", guarded)
		mux.Handle("POST /vroom/{$}", guarded)
		mux.Handle("GET /vroom/health", s.options.VROOM)
	}
	home := "/docs"
	if s.options.Console != nil {
		mux.Handle("GET /console/", s.options.Console)
		home = "/console/"
	}
	mux.Handle("GET /{$}", http.RedirectHandler(home, http.StatusFound))
}

// ready answers 200 when requests can be served, 503 with the reason when not.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		writeText(w, http.StatusServiceUnavailable, "shutting down\n")
		return
	}
	select {
	case <-s.closing:
		writeText(w, http.StatusServiceUnavailable, "shutting down\n")
		return
	default:
	}
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if s.options.Ready != nil {
		if err := s.options.Ready(ctx); err != nil {
			s.log.WarnContext(ctx, "not ready", "error", err)
			writeText(w, http.StatusServiceUnavailable, "not ready; the log says more\n")
			return
		}
	}
	writeText(w, http.StatusOK, "ready\n")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a broken connection has nobody to tell
}

// docsPage lists all operations with what they take, out of the same description that /openapi.json gives.
func (s *Server) docsPage() []byte {
	type row struct{ Method, Path, Summary, Description string }
	var rows []row
	for path, item := range s.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				rows = append(rows, row{op.Method, path, op.Summary, op.Description})
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	var b strings.Builder
	err := docsTemplate.Execute(&b, map[string]any{"Info": s.api.OpenAPI().Info, "Rows": rows})
	if err != nil {
		panic(err) // the template and its data are ours
	}
	return []byte(b.String())
}

var docsTemplate = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Info.Title}} API</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
code{font:14px ui-monospace,monospace}td,th{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0}
tr{border-top:1px solid #ddd}table{border-collapse:collapse;width:100%}small{color:#555}
</style>
<h1>{{.Info.Title}} <small>{{.Info.Version}}</small></h1>
<p>{{.Info.Description}}</p>
<p>The whole description, for tools: <a href="/openapi.json">/openapi.json</a> or <a href="/openapi.yaml">/openapi.yaml</a>
(OpenAPI 3.1). Beside it: <code>/healthz</code>, <code>/readyz</code>, <code>/metrics</code>.</p>
<table><tr><th>Request<th>What it does</tr>
{{range .Rows}}<tr><td><code>{{.Method}} {{.Path}}</code><td>{{.Summary}}<br><small>{{.Description}}</small></tr>
{{end}}</table></html>
`))
