// Package deploy_test lints what stands in deploy/ as far as that goes without a container engine or a cluster: files
// parse, and every verb, flag, variable, path and metric that they name exists in the program.
package deploy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"quartermaster/api/server"
	"quartermaster/internal/command"
	"quartermaster/internal/config"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func parseYAML[T any](t *testing.T, name, text string) T {
	t.Helper()
	var v T
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

type object = map[string]any

// at follows keys into nested objects; whatever is not there is nil.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(object)
		v = m[key]
	}
	return v
}

func list(v any) []any { l, _ := v.([]any); return l }

func texts(v any) (out []string) {
	for _, item := range list(v) {
		out = append(out, fmt.Sprint(item))
	}
	return out
}

// help is what the program says about a verb, "" where it has none.
var help = func() func(verb string) string {
	var mu sync.Mutex
	said := map[string]string{}
	return func(verb string) string {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := said[verb]; !ok {
			var out bytes.Buffer
			command.Main([]string{verb, "--help"}, command.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
			said[verb] = ""
			if strings.Contains(out.String(), "Usage: quartermaster "+verb+" ") {
				said[verb] = out.String()
			}
		}
		return said[verb]
	}
}()

// arguments says what is wrong with a command line of the program.
func arguments(args []string) (wrong []string) {
	if len(args) == 0 || help(args[0]) == "" {
		return []string{fmt.Sprintf("%q begins with no verb of the program", args)}
	}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		if !regexp.MustCompile(`(?m)^ .*` + regexp.QuoteMeta(name) + `[= \n]`).MatchString(help(args[0])) {
			wrong = append(wrong, fmt.Sprintf("%s has no flag %s", args[0], name))
		}
		if name == "--role" && !slices.Contains([]config.Role{config.RoleAll, config.RoleAPI, config.RoleWorker}, config.Role(value)) {
			wrong = append(wrong, "there is no role "+value)
		}
	}
	return wrong
}

// variable says whether the program reads an environment variable.
func variable(name string) bool {
	return slices.Contains(regexp.MustCompile(`QUARTERMASTER_[A-Z_]+`).FindAllString(help("serve")+help("migrate"), -1), name)
}

// The checks on command lines and variables can fail.
func TestChecksCatch(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"dance"}, {"serve", "--rolle=api"}, {"serve", "--role=king"}, {"migrate", "--role=api"}} {
		if len(arguments(args)) == 0 {
			t.Errorf("%q went unnoticed", args)
		}
	}
	if wrong := arguments([]string{"serve", "--role=api", "--concurrency=2"}); len(wrong) > 0 || !variable("QUARTERMASTER_STORE") || variable("QUARTERMASTER_DATABASE") {
		t.Errorf("right ones are refused: %q", wrong)
	}
}

// The Dockerfile builds a package that is there with the Go that go.mod asks for, from pinned images, and ends as nobody in
// particular; its command is one of the program's.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	text := regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(read(t, "Dockerfile"), "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	last := map[string]string{}
	built := false
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch last[word] = rest; word {
		case "FROM":
			if !regexp.MustCompile(`^\S+(:\d+\.\d+\.\d+-\w+|debian\d+:nonroot)( AS \w+)?$`).MatchString(rest) {
				t.Errorf("image %s is not pinned by its version", rest)
			}
		case "COPY":
			copied(t, strings.Fields(rest))
		case "RUN":
			for _, folder := range regexp.MustCompile(`go build .* (\./\S+)`).FindAllStringSubmatch(rest, -1) {
				_, err := os.Stat(filepath.Join("..", folder[1], "main.go"))
				built = built || err == nil
			}
		case "ENV":
			for _, pair := range strings.Fields(rest) {
				if name, _, _ := strings.Cut(pair, "="); !variable(name) {
					t.Errorf("the program reads no %s", name)
				}
			}
		}
	}
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))[1]
	if !built || !strings.Contains(text, "FROM golang:"+goVersion+".") {
		t.Errorf("no package of ours is built with Go %s", goVersion)
	}
	var entry, cmd []string
	if json.Unmarshal([]byte(last["ENTRYPOINT"]), &entry) != nil || json.Unmarshal([]byte(last["CMD"]), &cmd) != nil || len(entry) != 1 ||
		!strings.Contains(text, "/out/quartermaster "+entry[0]+"\n") {
		t.Errorf("entry %s, command %s; both are lists, and the entry is what was copied", last["ENTRYPOINT"], last["CMD"])
	}
	for _, wrong := range arguments(cmd) {
		t.Error(wrong)
	}
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(last["USER"]) {
		t.Errorf("user %q; want numbers, none of them 0", last["USER"])
	}
}

// copied wants the sources of a COPY from the build context to be there.
func copied(t *testing.T, words []string) {
	t.Helper()
	if strings.HasPrefix(words[0], "--from=") {
		return
	}
	for _, source := range words[:len(words)-1] {
		if _, err := os.Stat(filepath.Join("..", source)); err != nil {
			t.Errorf("COPY: %v", err)
		}
	}
}

// The compose file's services run verbs that exist with settings that the program takes, wait for services that are there,
// publish on loopback alone, and ask for variables that the example file explains.
func TestCompose(t *testing.T) {
	t.Parallel()
	text := read(t, "compose.yaml")
	doc := parseYAML[object](t, "compose.yaml", text)
	services, _ := at(doc, "services").(object)
	ours := 0
	for name, s := range services {
		image := fmt.Sprint(at(s, "image"))
		if !regexp.MustCompile(`^[a-z]+:(local|\d+\.\d+(\.\d+)?-\w+)$`).MatchString(image) {
			t.Errorf("%s: image %s is not pinned by its version", name, image)
		}
		waits, _ := at(s, "depends_on").(object)
		for other, wait := range waits {
			condition := fmt.Sprint(at(wait, "condition"))
			healthy := condition == "service_healthy" && at(services[other], "healthcheck") != nil
			if !healthy && (condition != "service_completed_successfully" || at(services[other], "restart") != "no") {
				t.Errorf("%s waits for %s (%s), which will not come", name, other, condition)
			}
		}
		if image == "quartermaster:local" {
			ours++
			composed(t, name, s)
		}
	}
	if ours != 3 {
		t.Errorf("%d services run the program, want migrate, api and worker", ours)
	}
	example := read(t, ".env.example")
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile(`(?m)^` + m[1] + `=`).MatchString(example) {
			t.Errorf(".env.example does not explain %s", m[1])
		}
	}
	if !strings.Contains(example, "PUBLISH=127.0.0.1:") || !strings.Contains(text, "PUBLISH:-127.0.0.1:") {
		t.Error("the API is published beyond loopback")
	}
}

// composed checks one service that runs the program, by building the program's own settings from it.
func composed(t *testing.T, name string, s any) {
	t.Helper()
	args := texts(at(s, "command"))
	for _, wrong := range arguments(args) {
		t.Errorf("%s: %s", name, wrong)
	}
	env, _ := at(s, "environment").(object)
	for key := range env {
		if !variable(key) {
			t.Errorf("%s: the program reads no %s", name, key)
		}
	}
	fill := regexp.MustCompile(`\$\{[^}]*\}`)
	cfg := config.Default()
	cfg.Store = fill.ReplaceAllString(fmt.Sprint(env["QUARTERMASTER_STORE"]), "x")
	cfg.Redis = fill.ReplaceAllString(fmt.Sprint(env["QUARTERMASTER_REDIS"]), "x")
	_, role, _ := strings.Cut(strings.Join(args, " "), "--role=")
	cfg.Role = config.Role(role)
	if _, err := cfg.Complete(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if at(s, "read_only") != true || fmt.Sprint(at(s, "cap_drop")) != "[ALL]" {
		t.Errorf("%s: more rights than it needs", name)
	}
}

// scrape gives the metrics of a server with something in every metric: a job, and a request.
var scrape = sync.OnceValues(func() (families map[string][]string, err error) {
	dir, err := os.MkdirTemp("", "deploy")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	s, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "data.db"))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if _, err := s.Migrate(ctx); err != nil {
		return nil, err
	}
	h := server.New(server.Options{Jobs: s, Plans: s, Tasks: s, Orders: s, Planner: &service.Planning{Jobs: s, Facts: s}, Tenant: "main", Pool: s.Pool, Log: slog.New(slog.DiscardHandler)})
	ask := func(method, path, body string) string {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if h.ServeHTTP(w, r); w.Code >= http.StatusBadRequest {
			err = fmt.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	ask(http.MethodPost, "/v1/fulfilment-plans", `{"origin_date":"2011-11-14"}`)
	ask(http.MethodGet, "/healthz", "")
	ask(http.MethodGet, "/readyz", "")
	return exposed(ask(http.MethodGet, "/metrics", "")), err
})
