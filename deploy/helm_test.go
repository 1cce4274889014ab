package deploy_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/goccy/go-yaml"
)

const chart = "helm/quartermaster"

// engine is the part of Helm that the chart uses, so that it is rendered without Helm: Go templates and these functions.
// A value that values.yaml does not have is an error here, which Helm lets pass.
func engine(t *testing.T) *template.Template {
	t.Helper()
	root := template.New("root").Option("missingkey=error")
	number := func(v any) int {
		n, err := strconv.Atoi(fmt.Sprint(v))
		if err != nil {
			panic(err) // told by the template
		}
		return n
	}
	indent := func(n int, s string) string {
		pad := "\n" + strings.Repeat(" ", n)
		return pad + strings.ReplaceAll(s, "\n", pad)
	}
	root.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var b strings.Builder
			err := root.ExecuteTemplate(&b, name, data)
			return b.String(), err
		},
		"nindent": indent,
		"quote":   func(v any) string { return strconv.Quote(fmt.Sprint(v)) },
		"toYaml": func(v any) (string, error) {
			data, err := yaml.Marshal(v)
			return strings.TrimSpace(string(data)), err
		},
		"sha256sum": func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) },
		"int":       number,
		"add": func(all ...any) (sum int) {
			for _, v := range all {
				sum += number(v)
			}
			return sum
		},
		"mul":  func(a, b any) int { return number(a) * number(b) },
		"list": func(all ...any) []any { return all },
	})
	for _, file := range templates(t) {
		if _, err := root.New("quartermaster/templates/" + filepath.Base(file)).Parse(read(t, file)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func templates(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil || len(files) < 9 {
		t.Fatal(files, err)
	}
	return files
}

// rendered gives the chart's documents for its values with some of them changed.
func rendered(t *testing.T, change object) (documents []object) {
	t.Helper()
	values := parseYAML[object](t, "values.yaml", read(t, chart+"/values.yaml"))
	merge(values, change)
	data := object{
		"Values": values, "Release": object{"Name": "q", "Namespace": "n"}, "Template": object{"BasePath": "quartermaster/templates"},
	}
	root := engine(t)
	for _, file := range templates(t) {
		var b bytes.Buffer
		if err := root.ExecuteTemplate(&b, "quartermaster/templates/"+filepath.Base(file), data); err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(file) == ".yaml" {
			documents = append(documents, documentsOf(t, file, b.String())...)
		}
	}
	return documents
}

func documentsOf(t *testing.T, name, text string) (out []object) {
	t.Helper()
	for part := range strings.SplitSeq("\n"+text, "\n---") {
		if doc := parseYAML[object](t, name+"\n"+part, part); len(doc) > 0 {
			out = append(out, doc)
		}
	}
	return out
}

func merge(into, change object) {
	for key, v := range change {
		if inner, ok := v.(object); ok {
			merge(into[key].(object), inner)
			continue
		}
		into[key] = v
	}
}

// sets are the values that the chart is rendered with.
var sets = map[string]object{
	"default":     {},
	"autoscaling": {"autoscaling": object{"enabled": true}},
	"streets": {
		"config":        object{"streets": "/streets/map.osm.pbf", "drainSec": 45},
		"worker":        object{"volumes": []any{object{"name": "streets", "emptyDir": object{}}}, "volumeMounts": []any{object{"name": "streets", "mountPath": "/streets"}}},
		"networkPolicy": object{"enabled": false},
	},
}

// find gives the document of a kind and name.
func find(documents []object, kind, name string) object {
	for _, d := range documents {
		if d["kind"] == kind && at(d, "metadata", "name") == name {
			return d
		}
	}
	return nil
}

// The chart's pods run verbs that exist with variables that the program reads, as nobody in particular on a file system
// that cannot be written, and have the time that an orderly stop takes.
func TestChartPods(t *testing.T) {
	t.Parallel()
	for name, change := range sets {
		documents := rendered(t, change)
		for kind, names := range map[string][]string{"Deployment": {"q-api", "q-worker"}, "Job": {"q-migrate"}} {
			for _, n := range names {
				pod := at(find(documents, kind, n), "spec", "template", "spec")
				for _, wrong := range podWrongs(pod) {
					t.Errorf("%s values, %s: %s", name, n, wrong)
				}
				if kind == "Deployment" {
					for _, wrong := range stopWrongs(pod, find(documents, "ConfigMap", "q")) {
						t.Errorf("%s values, %s: %s", name, n, wrong)
					}
				}
			}
		}
	}
}

func podWrongs(pod any) (wrong []string) {
	containers := list(at(pod, "containers"))
	if len(containers) != 1 {
		return []string{"not one container"}
	}
	c := containers[0]
	wrong = arguments(texts(at(c, "args")))
	env := map[string]bool{}
	for _, e := range list(at(c, "env")) {
		key := fmt.Sprint(at(e, "name"))
		if env[key] = true; !variable(key) {
			wrong = append(wrong, "the program reads no "+key)
		}
	}
	if !env["QUARTERMASTER_STORE"] || !env["QUARTERMASTER_REDIS"] {
		wrong = append(wrong, "no addresses")
	}
	if at(pod, "securityContext", "runAsNonRoot") != true || at(c, "securityContext", "readOnlyRootFilesystem") != true ||
		at(c, "securityContext", "allowPrivilegeEscalation") != false || at(pod, "automountServiceAccountToken") != false {
		wrong = append(wrong, "more rights than it needs")
	}
	if at(c, "resources", "requests") == nil || at(c, "resources", "limits", "memory") == nil {
		wrong = append(wrong, "no requests or limits")
	}
	volumes := map[any]bool{}
	for _, v := range list(at(pod, "volumes")) {
		volumes[at(v, "name")] = true
	}
	for _, m := range list(at(c, "volumeMounts")) {
		if !volumes[at(m, "name")] {
			wrong = append(wrong, fmt.Sprintf("no volume %v", at(m, "name")))
		}
	}
	return wrong
}

// stopWrongs compares the time that a pod is given with that which it may take: pause, requests, then jobs.
func stopWrongs(pod any, settings object) (wrong []string) {
	data, _ := at(settings, "data").(object)
	for key := range data {
		if !variable(key) {
			wrong = append(wrong, "the program reads no "+key)
		}
	}
	drain, err := strconv.Atoi(strings.TrimSuffix(fmt.Sprint(data["QUARTERMASTER_DRAIN"]), "s"))
	if err != nil {
		return append(wrong, err.Error())
	}
	pause, _ := strconv.Atoi(fmt.Sprint(at(list(at(pod, "containers"))[0], "lifecycle", "preStop", "sleep", "seconds"))) // absent = 0
	if grace, err := strconv.Atoi(fmt.Sprint(at(pod, "terminationGracePeriodSeconds"))); err != nil || grace <= pause+2*drain {
		wrong = append(wrong, fmt.Sprintf("killed after %d s, while pause and drain take %d s", grace, pause+2*drain))
	}
	return wrong
}

// The chart's parts find each other: selectors their pods, the service and the probes their port, the autoscaler its
// deployment; and the probed paths answer.
func TestChartFits(t *testing.T) {
	t.Parallel()
	for name, change := range sets {
		documents := rendered(t, change)
		api, worker := find(documents, "Deployment", "q-api"), find(documents, "Deployment", "q-worker")
		for _, p := range []struct {
			of       string
			selector any
			pod      object
		}{
			{"api", at(api, "spec", "selector", "matchLabels"), api}, {"worker", at(worker, "spec", "selector", "matchLabels"), worker},
			{"service", at(find(documents, "Service", "q"), "spec", "selector"), api},
			{"api budget", at(find(documents, "PodDisruptionBudget", "q-api"), "spec", "selector", "matchLabels"), api},
			{"worker budget", at(find(documents, "PodDisruptionBudget", "q-worker"), "spec", "selector", "matchLabels"), worker},
		} {
			labels, _ := at(p.pod, "spec", "template", "metadata", "labels").(object)
			want, _ := p.selector.(object)
			if len(want) != 3 || !maps.EqualFunc(want, labels, func(a, b any) bool { return a == b }) {
				t.Errorf("%s values: the selector of %s is %v, the pods are %v", name, p.of, want, labels)
			}
		}
		c := list(at(api, "spec", "template", "spec", "containers"))[0]
		port := at(list(at(c, "ports"))[0], "containerPort")
		listen := fmt.Sprint(at(find(documents, "ConfigMap", "q"), "data", "QUARTERMASTER_LISTEN"))
		if !strings.HasSuffix(listen, fmt.Sprintf(":%v", port)) {
			t.Errorf("%s values: listens on %s, the pod's port is %v", name, listen, port)
		}
		for probe, path := range map[string]string{"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"} {
			if at(c, probe, "httpGet", "path") != path || at(c, probe, "httpGet", "port") != "http" {
				t.Errorf("%s values: %s is %v", name, probe, at(c, probe))
			}
		}
		scaled := find(documents, "ScaledObject", "q-worker")
		if on := name == "autoscaling"; on != (scaled != nil) || on && at(scaled, "spec", "scaleTargetRef", "name") != "q-worker" || on != (at(worker, "spec", "replicas") == nil) {
			t.Errorf("%s values: autoscaler %v, replicas %v", name, scaled, at(worker, "spec", "replicas"))
		}
		if (name == "streets") != (find(documents, "NetworkPolicy", "q") == nil) {
			t.Errorf("%s values: network policy", name)
		}
	}
	if _, err := scrape(); err != nil { // it also asks /healthz and /readyz, and wants them to answer
		t.Error(err)
	}
}

// Every group of values is explained by a comment above it.
func TestValuesAreExplained(t *testing.T) {
	t.Parallel()
	lines := strings.Split(read(t, chart+"/values.yaml"), "\n")
	for i, line := range lines {
		if regexp.MustCompile(`^\w+:`).MatchString(line) && (i == 0 || !strings.HasPrefix(lines[i-1], "#")) {
			t.Errorf("%s has no comment", line)
		}
	}
}
