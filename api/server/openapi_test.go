package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
)

const committedDescription = "../../docs/openapi.json"

// The description in docs/ is the one that is served, byte for byte once both are laid out the same way.
// QUARTERMASTER_GOLDEN=rewrite (make golden) writes it anew; the diff then shows what changes for clients.
func TestGoldenOpenAPI(t *testing.T) {
	t.Parallel()
	served := laidOut(t, description(t))
	if os.Getenv("QUARTERMASTER_GOLDEN") == "rewrite" {
		if err := os.WriteFile(committedDescription, served, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(committedDescription)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := firstDifference(committed, served); !ok {
		t.Fatalf("docs/openapi.json is not what is served (make golden rewrites it); they part at line %s", at)
	}
}

// description is what a server of no particular version says about itself.
func description(t *testing.T) map[string]any {
	t.Helper()
	h := newHouse(t, func(o *server.Options) { o.Version = "dev" })
	a := h.ask("GET", "/openapi.json", "")
	var doc map[string]any
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.UseNumber() // numbers keep their digits
	if err := dec.Decode(&doc); err != nil || a.status != 200 {
		t.Fatalf("status %d, %v", a.status, err)
	}
	return doc
}

func firstDifference(want, got []byte) (at string, same bool) {
	if bytes.Equal(want, got) {
		return "", true
	}
	a, b := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	n := 0
	for n < len(a) && n < len(b) && bytes.Equal(a[n], b[n]) {
		n++
	}
	line := func(l [][]byte) string {
		if n < len(l) {
			return string(l[n])
		}
		return "the end"
	}
	return fmt.Sprintf("%d\ncommitted: %s\nserved:    %s", n+1, line(a), line(b)), false
}

// first are the keys that a reader looks for first, in this order; all others follow by the alphabet.
var first = []string{
	"openapi", "info", "title", "version", "paths", "components",
	"operationId", "summary", "tags", "name", "in", "required", "type", "format", "description", "parameters", "requestBody", "responses", "properties",
}

// laidOut writes JSON with two spaces a level, an order that people can read, and one newline at the end.
func laidOut(t *testing.T, doc any) []byte {
	t.Helper()
	var compact bytes.Buffer
	if err := writeOrdered(&compact, doc, false); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// writeOrdered writes a value; the keys of named things (fields, schemas, paths) go by the alphabet alone.
func writeOrdered(b *bytes.Buffer, v any, named bool) error {
	switch v := v.(type) {
	case map[string]any:
		rank := func(key string) int {
			if i := slices.Index(first, key); i >= 0 && !named {
				return i
			}
			return len(first)
		}
		keys := slices.SortedFunc(maps.Keys(v), func(x, y string) int {
			if d := rank(x) - rank(y); d != 0 {
				return d
			}
			return strings.Compare(x, y)
		})
		b.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(b, "%q:", key)
			if err := writeOrdered(b, v[key], !named && slices.Contains([]string{"properties", "schemas", "paths", "headers"}, key)); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeOrdered(b, item, false); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		return enc.Encode(v) // the newline after it is white space, which Indent drops
	}
	return nil
}

// Every operation says who it is, what it does, where it belongs, and which errors it may answer: always 422 (an unknown
// query parameter is one), 500 and 503; 404 where something is named in the path; what a body can have wrong where it takes one.
func TestDescriptionOfOperations(t *testing.T) {
	t.Parallel()
	doc := description(t)
	for path, item := range object(doc["paths"]) {
		for method, op := range object(item) {
			for _, wrong := range lacks(path, object(op)) {
				t.Errorf("%s %s: %s", method, path, wrong)
			}
		}
	}
}

func lacks(path string, op map[string]any) (wrong []string) {
	for _, key := range []string{"operationId", "summary"} {
		if text, _ := op[key].(string); text == "" {
			wrong = append(wrong, "no "+key)
		}
	}
	if tags, _ := op["tags"].([]any); len(tags) != 1 {
		wrong = append(wrong, "not exactly one tag")
	}
	if !knownScope(op) {
		wrong = append(wrong, "no scope that is one of ours")
	}
	statuses := []string{"401", "403", "422", "500", "503"}
	if strings.Contains(strings.ReplaceAll(path, "{warehouse}", ""), "{") { // an unknown warehouse has no tasks, which is no error
		statuses = append(statuses, "404")
	}
	if op["requestBody"] != nil {
		statuses = append(statuses, "400", "408", "413", "415")
	}
	responses := object(op["responses"])
	for _, status := range statuses {
		if object(object(responses[status])["content"])[api.ProblemMediaType] == nil {
			wrong = append(wrong, status+" is not described as "+api.ProblemMediaType)
		}
	}
	if responses["202"] != nil && responses["200"] == nil {
		wrong = append(wrong, "202 without the 200 that follows it")
	}
	for status := range responses {
		if len(status) != 3 {
			wrong = append(wrong, "a status "+status+" that is no number")
		}
	}
	return wrong
}

// knownScope says whether an operation needs exactly one scope, the same for each way to say who one is.
func knownScope(op map[string]any) bool {
	ways, _ := op["security"].([]any)
	named := map[string]bool{}
	for _, way := range ways {
		for _, scopes := range object(way) {
			list, _ := scopes.([]any)
			if len(list) != 1 {
				return false
			}
			named[fmt.Sprint(list[0])] = true
		}
	}
	for scope := range named {
		return len(ways) == 2 && len(named) == 1 && slices.Contains(service.Scopes(), service.Scope(scope))
	}
	return false
}

// units are the ends of names that say what a number counts.
var units = []string{"_sec", "_ms", "_us", "_m", "_km", "_g", "_kg", "_wh", "_pct", "_cents", "_units", "_days"}

// Every number says what it counts, by the unit at the end of its name or by a description, and every reference leads
// somewhere.
func TestDescriptionOfNumbers(t *testing.T) {
	t.Parallel()
	doc := description(t)
	schemas := object(object(doc["components"])["schemas"])
	for name, schema := range schemas {
		for field, property := range object(object(schema)["properties"]) {
			p := object(property)
			text, _ := p["description"].(string)
			unit := slices.ContainsFunc(units, func(u string) bool { return strings.HasSuffix(field, u) })
			if number(p["type"]) && text == "" && !unit {
				t.Errorf("%s.%s is a number that says neither by its name nor by a description what it counts", name, field)
			}
		}
	}
	walk(doc, func(ref string) {
		if target, ok := strings.CutPrefix(ref, "#/components/schemas/"); !ok || schemas[target] == nil {
			t.Errorf("reference %s leads nowhere", ref)
		}
	})
	if len(schemas) < 10 {
		t.Errorf("%d schemas are described, want all of package api", len(schemas))
	}
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func number(kind any) bool {
	text := fmt.Sprint(kind) // one type, or a list with null
	return strings.Contains(text, "integer") || strings.Contains(text, "number")
}

func walk(v any, ref func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			if text, ok := item.(string); ok && key == "$ref" {
				ref(text)
			}
			walk(item, ref)
		}
	case []any:
		for _, item := range v {
			walk(item, ref)
		}
	}
}

// The checks above can fail: each of these descriptions has one thing missing.
func TestDescriptionChecksCatch(t *testing.T) {
	t.Parallel()
	fails := object(map[string]any{"content": map[string]any{api.ProblemMediaType: map[string]any{}}})
	full := func() map[string]any {
		return map[string]any{"operationId": "x", "summary": "y", "tags": []any{"z"},
			"security":  []any{map[string]any{"apiKey": []any{"plans:read"}}, map[string]any{"oidc": []any{"plans:read"}}},
			"responses": map[string]any{"200": map[string]any{}, "401": fails, "403": fails, "404": fails, "422": fails, "500": fails, "503": fails}}
	}
	if wrong := lacks("/v1/things/{id}", full()); len(wrong) > 0 {
		t.Fatalf("a whole description lacks %q", wrong)
	}
	for name, spoil := range map[string]func(op map[string]any){
		"no id":    func(op map[string]any) { delete(op, "operationId") },
		"no tag":   func(op map[string]any) { op["tags"] = []any{} },
		"no scope": func(op map[string]any) { delete(op, "security") },
		"two scopes": func(op map[string]any) {
			op["security"] = []any{map[string]any{"apiKey": []any{"plans:read"}}, map[string]any{"oidc": []any{"admin"}}}
		},
		"unknown":    func(op map[string]any) { op["security"] = []any{map[string]any{"apiKey": []any{"plans:red"}}} },
		"no 404":     func(op map[string]any) { delete(object(op["responses"]), "404") },
		"plain 500":  func(op map[string]any) { object(op["responses"])["500"] = map[string]any{} },
		"body":       func(op map[string]any) { op["requestBody"] = map[string]any{} },
		"only later": func(op map[string]any) { r := object(op["responses"]); r["202"] = r["200"]; delete(r, "200") },
	} {
		op := full()
		if spoil(op); len(lacks("/v1/things/{id}", op)) == 0 {
			t.Errorf("%s went unnoticed", name)
		}
	}
}
