package roads

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"quartermaster/routing/road"
)

// All shipped profiles can be used, and the van's file says what the code says.
func TestShippedProfiles(t *testing.T) {
	t.Parallel()
	for _, name := range ProfileNames() {
		p, err := Profile(name)
		if err != nil || p.Name != name {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if name == "van" && !reflect.DeepEqual(p, road.Van()) {
			t.Errorf("van.yaml says %+v, road.Van %+v", p, road.Van())
		}
	}
	if n := len(ProfileNames()); n < 5 {
		t.Errorf("%d profiles", n)
	}
}

// A wrong file is refused with its field.
func TestProfileRefuses(t *testing.T) {
	t.Parallel()
	good := "name: x\naccess: [access]\nmax_kmh: 50\nspeed_kmh: {primary: 40}\n"
	if _, err := ReadProfile("x", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for say, text := range map[string]string{
		"max_kmhh":         good + "max_kmhh: 3\n",
		"speed_kmh.primry": strings.Replace(good, "primary", "primry", 1),
		"primary is -4":    strings.Replace(good, "40", "-4", 1),
		"needs a name":     strings.Replace(good, "name: x", "name: \"\"", 1),
		"HeightM":          good + "height_m: -1\n",
		"more than":        good + strings.Repeat("#", maxProfile),
		"every class is":   strings.Replace(good, "{primary: 40}", "{}", 1),
	} {
		if _, err := ReadProfile("x", []byte(text)); !errors.Is(err, ErrProfile) || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", say, err)
		}
	}
	if _, err := Profile("hovercraft"); !errors.Is(err, ErrProfile) {
		t.Error(err)
	}
}

func FuzzReadProfile(f *testing.F) {
	f.Add([]byte("name: x\naccess: [access]\nmax_kmh: 50\nspeed_kmh: {primary: 40}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ReadProfile("x", data); err != nil && !errors.Is(err, ErrProfile) {
			t.Fatal(err)
		}
	})
}
