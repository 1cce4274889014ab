package deploy_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exposed reads the text format of /metrics: each metric with the labels it has.
func exposed(text string) map[string][]string {
	out := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z_]\w*)(?:\{(.*)\})? \S+$`).FindAllStringSubmatch(text, -1) {
		out[m[1]] = append(out[m[1]], "")
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[2], -1) {
			out[m[1]] = append(out[m[1]], label[1])
		}
	}
	return out
}

// selector is one metric that a query reads, with the labels it is chosen by.
type selector struct {
	metric string
	labels []string
}

var (
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	grouping = regexp.MustCompile(`\b(?:by|without|on|ignoring)\s*\(([^)]*)\)`)
	span     = regexp.MustCompile(`\[[^\]]*\]`)
	offset   = regexp.MustCompile(`\boffset\s+\w+`)
	name     = regexp.MustCompile(`([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?`)
	matched  = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)
)

// query takes a PromQL expression apart, as far as names go: the metrics it reads and the labels it groups by.
func query(expr string) (read []selector, groups []string) {
	expr = quoted.ReplaceAllString(expr, "''")
	for _, m := range grouping.FindAllStringSubmatch(expr, -1) {
		groups = append(groups, strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	for _, cut := range []*regexp.Regexp{grouping, span, offset} {
		expr = cut.ReplaceAllString(expr, " ")
	}
	for _, m := range name.FindAllStringSubmatch(expr, -1) {
		if m[2] == "(" || slices.Contains([]string{"and", "or", "unless", "bool"}, m[1]) {
			continue
		}
		s := selector{metric: m[1]}
		for _, label := range matched.FindAllStringSubmatch(m[2], -1) {
			s.labels = append(s.labels, label[1])
		}
		read = append(read, s)
	}
	return read, groups
}

// unknown says which names of a query nothing has: Prometheus itself adds job and instance.
func unknown(expr string, families map[string][]string) (wrong []string) {
	read, groups := query(expr)
	own := []string{"job", "instance"}
	if len(read) == 0 {
		return []string{"it reads no metric"}
	}
	for _, s := range read {
		if families[s.metric] == nil {
			wrong = append(wrong, "there is no metric "+s.metric)
			continue
		}
		for _, label := range slices.Concat(s.labels, groups) {
			if !slices.Contains(families[s.metric], label) && !slices.Contains(own, label) {
				wrong = append(wrong, s.metric+" has no label "+label)
			}
		}
	}
	return wrong
}

// queries are all that deploy/ asks of Prometheus, by where they stand.
func queries(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, g := range list(at(parseYAML[object](t, "rules", read(t, "prometheus/rules.yaml")), "groups")) {
		for _, r := range list(at(g, "rules")) {
			out["alert "+fmt.Sprint(at(r, "alert"))] = fmt.Sprint(at(r, "expr"))
		}
	}
	for _, p := range dashboard(t).Panels {
		for i, target := range p.Targets {
			out[fmt.Sprintf("panel %s %d", p.Title, i)] = target.Expr
		}
	}
	for _, m := range rendered(t, object{"autoscaling": object{"enabled": true}}) {
		for _, trigger := range list(at(m, "spec", "triggers")) {
			out["autoscaling"] = fmt.Sprint(at(trigger, "metadata", "query"))
		}
	}
	return out
}

type board struct {
	UID, Title string
	Panels     []struct {
		ID                 int
		Title, Description string
		GridPos            struct{ X, Y, W, H int }
		Targets            []struct{ Expr string }
	}
}

func dashboard(t *testing.T) board {
	t.Helper()
	var b board
	if err := json.Unmarshal([]byte(read(t, "grafana/quartermaster.json")), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// Every metric and label that the dashboard, the alerts and the autoscaling read is one that /metrics shows.
func TestMetricsExist(t *testing.T) {
	t.Parallel()
	families, err := scrape()
	if err != nil {
		t.Fatal(err)
	}
	all := queries(t)
	for where, expr := range all {
		for _, wrong := range unknown(expr, families) {
			t.Errorf("%s: %s in %s", where, wrong, expr)
		}
	}
	if len(all) < 20 || all["autoscaling"] == "" {
		t.Errorf("%d queries were found", len(all))
	}
}

// The check above can fail, on names as on labels, and takes queries of all forms apart.
func TestUnknownCatches(t *testing.T) {
	t.Parallel()
	families := map[string][]string{"a_total": {"", "route"}, "b": {""}}
	for _, expr := range []string{"c", "1 + 1", `a_total{rout="x"}`, "sum by (kind) (a_total)", "rate(a_totl[5m])", `b{route=~".*"}`} {
		if len(unknown(expr, families)) == 0 {
			t.Errorf("%s went unnoticed", expr)
		}
	}
	for _, expr := range []string{
		`max by (route) (a_total{route=~"GET /v1/.*", job="x"} offset 1h) - 1 > 0.5`, "b or vector(0)", "rate(a_total[$__rate_interval]) / b",
	} {
		if wrong := unknown(expr, families); len(wrong) > 0 {
			t.Errorf("%s: %q", expr, wrong)
		}
	}
}

// Alerts say what is wrong and what to do; panels say what they show, have their own place and their own number.
func TestAlertsAndPanels(t *testing.T) {
	t.Parallel()
	for _, g := range list(at(parseYAML[object](t, "rules", read(t, "prometheus/rules.yaml")), "groups")) {
		for _, r := range list(at(g, "rules")) {
			if at(r, "annotations", "summary") == nil || at(r, "annotations", "description") == nil || at(r, "labels", "severity") == nil {
				t.Errorf("alert %v has no summary, description or severity", at(r, "alert"))
			}
		}
	}
	b := dashboard(t)
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range b.Panels {
		if p.Title == "" || p.Description == "" || ids[p.ID] {
			t.Errorf("panel %d %q: description %q", p.ID, p.Title, p.Description)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("panel %q lies over %q or beyond the edge", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	if b.UID == "" || len(b.Panels) == 0 {
		t.Error("the dashboard is empty")
	}
}
