package business

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"quartermaster/internal/plan"
	"quartermaster/inventory"
	"quartermaster/simulations"
)

// A file with every kind of change is read as it stands, and the sample's own file as well.
func TestReadScenarios(t *testing.T) {
	t.Parallel()
	share := 0.9
	got, err := ReadScenarios("s.yaml", []byte(`
scenarios:
  - name: all
    changes:
      - demand: {factor: 1.5, items: ["84077", "22197"], site_area: schaan, orders: true}
      - site_closed: {site: schaan}
      - lead_time: {supplier: fir, days: 30}
      - site_capacity: {factor: 2}
      - fleet: {site: eschen, vehicle: van, remove: 1}
      - price: {cost_factor: 1.1}
      - service: {cycle: 0.9}
      - cutoff: {time: "12:00"}
      - review: {days: 3}
  - name: nothing
    changes: []
`))
	want := []simulations.Scenario{{Name: "all", Changes: []simulations.Change{
		{Demand: &simulations.Demand{Factor: 1.5, Items: []string{"84077", "22197"}, SiteArea: "schaan", Orders: true}},
		{SiteClosed: &simulations.SiteClosed{Site: "schaan"}}, {LeadTime: &simulations.LeadTime{Supplier: "fir", Days: 30}},
		{SiteCapacity: &simulations.SiteCapacity{Factor: 2}}, {Fleet: &simulations.Fleet{Site: "eschen", Vehicle: "van", Remove: 1}},
		{Price: &simulations.Price{CostFactor: 1.1}}, {Service: &simulations.Service{Cycle: &share}},
		{Cutoff: &simulations.Cutoff{Time: "12:00"}}, {Review: &simulations.Review{Days: 3}},
	}}, {Name: "nothing", Changes: []simulations.Change{}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
	data, err := os.ReadFile("../sample/data/scenarios.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := ReadScenarios("scenarios.yaml", data); err != nil || len(list) != 3 {
		t.Errorf("the sample's scenarios: %+v, %v", list, err)
	}
}

// What is wrong with a file is told with its line and field, whether the YAML, the kind of a value, a number, or an id
// that the business does not know.
func TestScenarioFileErrors(t *testing.T) {
	t.Parallel()
	const head = "scenarios:\n  - name: a\n    changes:\n"
	for text, want := range map[string]string{
		"":                                      "the file is empty",
		"scenarios: [":                          "line 1",
		head + "      - demand: {factr: 2}":     "line 4",
		head + "      - demand: {factor: much}": "line 4",
		head + "      - demand: {factor: 2, orders: 7}":                      "line 4",
		head + "      - fleet: {site: s, vehicle: van, add: 1.5}":            "line 4, scenarios[0].changes[0].fleet.add: 1.5 is no whole number",
		head + "      - demand: {factor: 2, items: [84077]}":                 "line 4, scenarios[0].changes[0].demand.items[0]: 84077 is no text",
		head + "      - demand:\n          factor: -1\n":                     "line 5, scenarios[0].changes[0].demand.factor: -1 is not between",
		head + "      - site_closed: {site: x}\n        review: {days: 3}\n": "line 4, scenarios[0].changes[0]: a change has exactly one of",
		head + "      - {}\n": "line 4, scenarios[0].changes[0]: a change has exactly one of",
		head + "      - site_closed: {}\n  - name: a\n    changes: []": "line 5, scenarios[1].name: \"a\" stands twice",
		"scenarios: []": "line 1, scenarios: there is none",
		"scenarios: 3":  "line 1",
		"scenarios:\n  - name: a\n---\nscenarios:\n  - name: b\n": "2 documents",
	} {
		_, err := ReadScenarios("s.yaml", []byte(text))
		var file *FileError
		if !errors.As(err, &file) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "s.yaml") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	text := []byte(head + "      - review: {days: 3}\n      - site_closed:\n          site: rome\n")
	list, err := ReadScenarios("s.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	base := &plan.Snapshot{Sites: []plan.Site{{Site: inventory.Site{ID: "schaan"}}, {Site: inventory.Site{ID: "eschen"}}}}
	err = LocateScenarios("s.yaml", text, simulations.Validate(base, list))
	if err == nil || !strings.Contains(err.Error(), `s.yaml, line 6, scenarios[0].changes[1].site_closed.site: site "rome" is unknown`) {
		t.Errorf("against the business: %v", err)
	}
	if other := errors.New("else"); !errors.Is(LocateScenarios("s.yaml", text, other), other) {
		t.Error("another error does not come back as it is")
	}
}

// Whatever the bytes, reading scenarios gives scenarios that hold or an error that names the file.
func FuzzReadScenarios(f *testing.F) {
	for _, seed := range []string{"", "scenarios:\n - name: a\n   changes:\n    - review: {days: 3}\n", "scenarios: *x", "\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ReadScenarios("s.yaml", data)
		if err == nil && simulations.CheckWords(list) != nil || err != nil && !strings.Contains(err.Error(), "s.yaml") {
			t.Errorf("%q: %+v, %v", data, list, err)
		}
	})
}
