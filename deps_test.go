package quartermaster

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

const module = "quartermaster"

// row is the house rule of one package: which of ours it may import (a trailing /* takes the whole folder) and which
// outside modules. The standard library is open to all but the pure rings, which purePackage restricts further.
type row struct {
	ours    string
	outside string
	pure    bool // rings 0–3: no files, sockets, logs, clock or global random source
}

// rules is the import order of ARCHITECTURE.md as data. A row is never relaxed to fix a build.
var rules = map[string]row{
	// Ring 0: tools.
	"internal/rng":  {pure: true},
	"internal/gbdt": {pure: true, ours: "internal/rng", outside: "gonum.org/v1/gonum"},
	"internal/flow": {pure: true},

	// Ring 1: words.
	"forecast":  {pure: true},
	"inventory": {pure: true},
	"routing":   {pure: true, outside: "github.com/paulmach/orb"},
	"warehouse": {pure: true},
	"finance":   {pure: true},
	"api":       {pure: true},

	// Ring 2: solvers. Own root and ring 0; siblings do not know each other.
	"forecast/theta":          {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/ets":            {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/intermittent":   {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/arima":          {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/autoreg":        {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/ces":            {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/decompose":      {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/hierarchy":      {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/levels":         {pure: true, ours: "forecast internal/rng"},
	"forecast/naive":          {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/combine":        {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/backtest":       {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"forecast/screen":         {pure: true, ours: "forecast internal/rng", outside: "gonum.org/v1/gonum"},
	"inventory/policy":        {pure: true, ours: "inventory internal/rng", outside: "gonum.org/v1/gonum"},
	"inventory/sourcing":      {pure: true, ours: "inventory internal/rng", outside: "gonum.org/v1/gonum"},
	"inventory/lotsize":       {pure: true, ours: "inventory internal/rng internal/flow", outside: "gonum.org/v1/gonum"},
	"inventory/replenish":     {pure: true, ours: "inventory internal/rng internal/flow", outside: "gonum.org/v1/gonum"},
	"inventory/network":       {pure: true, ours: "inventory internal/rng internal/flow", outside: "gonum.org/v1/gonum"},
	"inventory/echelon":       {pure: true, ours: "inventory internal/rng internal/flow", outside: "gonum.org/v1/gonum"},
	"routing/road":            {pure: true, ours: "routing internal/rng routing/road/cch", outside: "github.com/paulmach/orb"},
	"routing/vrp/lean":        {pure: true, ours: "routing internal/rng routing/vrp/kdtree"},
	"routing/vrp/paired":      {pure: true, ours: "internal/rng"},
	"routing/vrp/kdtree":      {pure: true},
	"routing/road/cch":        {pure: true},
	"routing/vrp":             {pure: true, ours: "routing internal/rng routing/vrp/paired routing/vrp/kdtree routing/vrp/lean", outside: "github.com/paulmach/orb gonum.org/v1/gonum"},
	"routing/tile":            {pure: true, ours: "routing internal/rng", outside: "github.com/paulmach/orb"},
	"routing/zone":            {pure: true, ours: "routing internal/rng", outside: "github.com/paulmach/orb github.com/uber/h3-go/v4"},
	"warehouse/picking":       {pure: true, ours: "warehouse internal/rng"},
	"warehouse/agv":           {pure: true, ours: "warehouse internal/rng"},
	"warehouse/agv/execution": {pure: true, ours: "warehouse/agv internal/rng"},
	"warehouse/agv/haul":      {pure: true, ours: "warehouse warehouse/agv warehouse/agv/execution internal/rng"},
	"warehouse/sortation":     {pure: true, ours: "warehouse internal/rng"},
	"finance/credit":          {pure: true, ours: "finance internal/gbdt internal/rng", outside: "gonum.org/v1/gonum"},
	"finance/portfolio":       {pure: true, ours: "finance internal/rng", outside: "gonum.org/v1/gonum"},
	"finance/pricing":         {pure: true, ours: "finance"},

	// The one room of forecasting that knows its siblings: it lists which of them are worth trying.
	"forecast/roster": {pure: true, ours: "forecast forecast/*"},

	"routing/road/roadtest": {ours: "routing/road", outside: "github.com/paulmach/orb"}, // writes extracts for tests

	"internal/history":   {pure: true, ours: "forecast"},
	"forecast/modeltest": {pure: true, ours: "forecast", outside: "pgregory.net/rapid"}, // a conformance suite

	// Ring 3: the corridor, the one place where domains meet.
	"internal/plan": {pure: true, ours: solvers, outside: "github.com/paulmach/orb"},

	// Ring 4: drivers.
	"simulations":             {pure: true, ours: solvers + " internal/plan"},
	"internal/service":        {ours: solvers + " internal/plan internal/history simulations", outside: "github.com/oklog/ulid/v2 github.com/paulmach/orb"},
	"internal/bench":          {ours: solvers + " internal/plan"},
	"internal/bench/vehicles": {ours: solvers + " internal/bench internal/vrplib"},

	"internal/bench/forecasting": {ours: solvers + " internal/bench"},
	"internal/bench/stock":       {ours: solvers + " internal/bench", outside: "gonum.org/v1/gonum"},

	// Ring 5: doors. Each owns its technology; none knows another.
	"internal/store": {
		ours:    solvers + " internal/plan internal/service",
		outside: "github.com/jackc/pgx/v5 modernc.org/sqlite github.com/pressly/goose/v3 github.com/oklog/ulid/v2",
	},
	"internal/store/storetest": {outside: "github.com/jackc/pgx/v5 github.com/oklog/ulid/v2"}, // tables of a test's own
	"internal/queue": {
		ours:    "internal/service",
		outside: "github.com/hibiken/asynq github.com/alicebob/miniredis/v2 github.com/redis/go-redis/v9",
	},
	"internal/intake":   {ours: "internal/history", outside: "github.com/parquet-go/parquet-go"},
	"internal/floor":    {ours: "warehouse/agv warehouse/agv/execution internal/rng"},
	"internal/casefile": {ours: "finance/credit finance/portfolio"},
	"internal/business": {ours: solvers + " internal/plan internal/history simulations", outside: "github.com/goccy/go-yaml github.com/paulmach/orb"},
	"internal/servers":  {outside: "github.com/Shopify/toxiproxy/v2 github.com/rs/zerolog github.com/prometheus/client_golang"},
	"internal/roads":    {ours: solvers, outside: "github.com/goccy/go-yaml github.com/paulmach/orb"},
	"internal/webhook":  {ours: "internal/service"},
	"internal/tracing":  {ours: "internal/service", outside: "go.opentelemetry.io/otel"},
	"internal/identity": {ours: "internal/service", outside: "github.com/coreos/go-oidc/v3"},
	"internal/vrplib":   {ours: "routing"},
	"api/server": {
		ours:    solvers + " internal/plan internal/service simulations api",
		outside: "github.com/danielgtaylor/huma/v2 github.com/prometheus/client_golang github.com/paulmach/orb",
	},

	"api/client":  {ours: "api"},
	"api/osrm":    {ours: "routing routing/road", outside: "github.com/paulmach/orb"},
	"api/vroom":   {ours: "routing"},
	"api/console": {},
	"api/vda5050": {
		ours:    "warehouse/agv warehouse/agv/execution internal/rng",
		outside: "github.com/mochi-mqtt/server/v2 github.com/eclipse/paho.mqtt.golang github.com/santhosh-tekuri/jsonschema/v6",
	},

	// Ring 6: the porch.
	"internal/config":        {outside: "github.com/goccy/go-yaml"},
	"internal/sample":        {},
	"internal/sample/pack":   {ours: "", outside: "github.com/parquet-go/parquet-go"},
	"internal/app":           {ours: "*", outside: "github.com/paulmach/orb"},
	"internal/bench/finance": {ours: solvers + " internal/bench internal/casefile"},
	"internal/bench/roads":   {ours: solvers + " internal/bench internal/roads internal/sample", outside: "github.com/paulmach/orb"},
	"internal/bench/live":    {ours: "*"},
	"internal/bench/robots":  {ours: solvers + " internal/bench internal/floor"},
	"internal/command":       {ours: "*", outside: "github.com/alecthomas/kong github.com/vbauerster/mpb/v8 golang.org/x/term"},

	// Ring 7: the street.
	"cmd/quartermaster": {ours: "internal/command"},
}

// solvers are rings 0 to 2.
const solvers = "forecast forecast/* inventory inventory/* routing routing/* warehouse warehouse/* finance finance/* internal/gbdt internal/rng internal/flow"

type listed struct {
	ImportPath, Dir string
	Imports         []string
	GoFiles         []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
}

// TestImportRules holds every package to its row, wants a row for every package and a package for every row.
func TestImportRules(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		seen[name] = true
		rule, ok := rules[name]
		if !ok {
			t.Errorf("%s has no row in deps_test.go", name)
			continue
		}
		for _, imp := range p.Imports {
			if why := breaks(name, rule, imp); why != "" {
				t.Errorf("%s imports %s: %s", name, imp, why)
			}
		}
	}
	for name := range rules {
		if !seen[name] {
			t.Errorf("row %s has no package", name)
		}
	}
}

func breaks(name string, rule row, imp string) string {
	if ours, found := strings.CutPrefix(imp, module+"/"); found {
		if !allowed(rule.ours, ours) {
			return "not in its row"
		}
		return ""
	}
	if strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
		if !slices.ContainsFunc(strings.Fields(rule.outside), func(m string) bool {
			return imp == m || strings.HasPrefix(imp, m+"/")
		}) {
			return "outside technology that is not its own"
		}
		return ""
	}
	if rule.pure && impure(imp) {
		return "a pure package knows no files, sockets, logs or global random source"
	}
	return ""
}

func impure(imp string) bool {
	for _, root := range []string{"os", "net", "log", "math/rand", "crypto/rand", "database/sql", "embed", "syscall"} {
		if imp == "math/rand/v2" { // sources are handed in; the global functions are caught by TestPureCalls
			return false
		}
		if imp == root || strings.HasPrefix(imp, root+"/") {
			return true
		}
	}
	return false
}

func allowed(list, ours string) bool {
	for _, item := range strings.Fields(list) {
		folder, whole := strings.CutSuffix(item, "/*")
		switch {
		case item == "*", item == ours:
			return true
		case whole && strings.HasPrefix(ours, folder+"/"):
			return true
		}
	}
	return false
}

// TestPureCalls shows that no pure package reads the clock, sleeps, or draws from the global random source.
func TestPureCalls(t *testing.T) {
	banned := map[string][]string{
		"time":         {"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker", "AfterFunc"},
		"math/rand/v2": {"Int", "IntN", "Int64", "Int64N", "Int32", "Int32N", "Uint32", "Uint64", "Float64", "Float32", "NormFloat64", "ExpFloat64", "Perm", "Shuffle", "N"},
	}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if !rules[name].pure {
			continue
		}
		for _, file := range p.GoFiles {
			for _, call := range callsOf(t, filepath.Join(p.Dir, file), banned) {
				t.Errorf("%s: %s", name, call)
			}
		}
	}
}

func callsOf(t *testing.T, path string, banned map[string][]string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	local := map[string][]string{} // name in this file → banned selectors
	for _, imp := range file.Imports {
		from := strings.Trim(imp.Path.Value, `"`)
		names, ok := banned[from]
		if !ok {
			continue
		}
		as := filepath.Base(strings.TrimSuffix(from, "/v2"))
		if imp.Name != nil {
			as = imp.Name.Name
		}
		local[as] = names
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && id.Obj == nil && slices.Contains(local[id.Name], sel.Sel.Name) {
			found = append(found, fmt.Sprintf("%s calls %s.%s", fset.Position(sel.Pos()), id.Name, sel.Sel.Name))
		}
		return true
	})
	sort.Strings(found)
	return found
}

// TestRulesCatch shows that the checks above can fail: each line is an import that its package must not have.
func TestRulesCatch(t *testing.T) {
	for name, imp := range map[string]string{
		"forecast/theta":   module + "/forecast/ets",     // a sibling
		"inventory":        module + "/inventory/policy", // a root importing its child
		"routing/vrp":      module + "/warehouse",        // another domain
		"warehouse/agv":    "os",
		"internal/plan":    "log/slog",
		"internal/service": "github.com/jackc/pgx/v5",
		"internal/store":   module + "/internal/queue", // a door importing a door
		"routing/road":     "github.com/uber/h3-go/v4",
	} {
		if breaks(name, rules[name], imp) == "" {
			t.Errorf("%s importing %s went unnoticed", name, imp)
		}
	}
}
