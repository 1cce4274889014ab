// Package roads keeps what the road engine has on disk: profiles, graph files, live conditions.
//
// Takes files and gives profiles and graphs. Method: profiles are YAML, embedded or the user's own; graph files are mapped
// into memory, checked, and rebuilt from their extract when they are damaged or of another version. Never: it plans
// nothing and serves nothing.
package roads

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"quartermaster/routing/road"
)

//go:embed profiles/*.yaml
var profiles embed.FS

// ErrProfile marks a profile file that cannot be used; the error says why.
var ErrProfile = errors.New("roads: unusable profile")

// maxProfile bounds a profile file; a real one has a kilobyte.
const maxProfile = 64 << 10

// profileFile is a profile as it stands in a file; the meaning of each field is that of road.Profile.
type profileFile struct {
	Name         string             `yaml:"name"`
	Access       []string           `yaml:"access"`
	SpeedKmh     map[string]float64 `yaml:"speed_kmh"`
	RampKmh      map[string]float64 `yaml:"ramp_kmh"`
	PermittedKmh float64            `yaml:"permitted_kmh"`
	LimitShare   float64            `yaml:"limit_share"`
	MaxKmh       float64            `yaml:"max_kmh"`
	UnpavedShare float64            `yaml:"unpaved_share"`
	SignalSec    float64            `yaml:"signal_sec"`
	StopSec      float64            `yaml:"stop_sec"`
	GateSec      float64            `yaml:"gate_sec"`
	FerryWaitSec float64            `yaml:"ferry_wait_sec"`
	TurnSec      float64            `yaml:"turn_sec"`
	AcrossSec    float64            `yaml:"across_sec"`
	UTurnSec     float64            `yaml:"u_turn_sec"`
	UTurns       bool               `yaml:"u_turns"`
	LeftHand     bool               `yaml:"left_hand"`
	BothWays     bool               `yaml:"both_ways"`
	ContraFlow   bool               `yaml:"contra_flow"`
	Gates        bool               `yaml:"gates"`
	Bollards     bool               `yaml:"bollards"`
	HeightM      float64            `yaml:"height_m"`
	WidthM       float64            `yaml:"width_m"`
	LengthM      float64            `yaml:"length_m"`
	WeightT      float64            `yaml:"weight_t"`
	AxleLoadT    float64            `yaml:"axle_load_t"`
	Hazardous    bool               `yaml:"hazardous"`
}

// ProfileNames lists the profiles that ship with the program.
func ProfileNames() []string {
	files, err := profiles.ReadDir("profiles")
	if err != nil { // embedded
		return nil
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return names
}

// Profile returns the shipped profile of a name or, when the name ends in .yaml or .yml, the one in that file.
func Profile(name string) (road.Profile, error) {
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		data, err := os.ReadFile(name)
		if err != nil {
			return road.Profile{}, fmt.Errorf("%w: %w", ErrProfile, err)
		}
		return ReadProfile(name, data)
	}
	if !slices.Contains(ProfileNames(), name) {
		return road.Profile{}, fmt.Errorf("%w: there is none named %q; take %s, or give a file that ends in .yaml", ErrProfile, name,
			strings.Join(ProfileNames(), ", "))
	}
	data, err := profiles.ReadFile(path.Join("profiles", name+".yaml"))
	if err != nil {
		return road.Profile{}, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	return ReadProfile(name+".yaml", data)
}

// ReadProfile reads a profile file. Fields that it does not know are refused, as they are misspelt ones.
func ReadProfile(name string, data []byte) (p road.Profile, err error) {
	defer func() { // the YAML library may panic on text that is no YAML
		if r := recover(); r != nil {
			p, err = road.Profile{}, fmt.Errorf("%w: %s cannot be read as YAML (%v)", ErrProfile, name, r)
		}
	}()
	if len(data) > maxProfile {
		return road.Profile{}, fmt.Errorf("%w: %s has %d bytes, more than %d", ErrProfile, name, len(data), maxProfile)
	}
	var f profileFile
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return road.Profile{}, fmt.Errorf("%w: %s: %s", ErrProfile, name, yaml.FormatError(err, false, false))
	}
	return f.profile(name)
}

func (f *profileFile) profile(file string) (road.Profile, error) {
	p := road.Profile{
		Name: f.Name, Access: f.Access, PermittedKmh: f.PermittedKmh, LimitShare: f.LimitShare, MaxKmh: f.MaxKmh,
		UnpavedShare: f.UnpavedShare, SignalSec: f.SignalSec, StopSec: f.StopSec, GateSec: f.GateSec, FerryWaitSec: f.FerryWaitSec,
		TurnSec: f.TurnSec, AcrossSec: f.AcrossSec, UTurnSec: f.UTurnSec, UTurns: f.UTurns, LeftHand: f.LeftHand, BothWays: f.BothWays,
		ContraFlow: f.ContraFlow, Gates: f.Gates, Bollards: f.Bollards, HeightM: f.HeightM, WidthM: f.WidthM, LengthM: f.LengthM,
		WeightT: f.WeightT, AxleLoadT: f.AxleLoadT, Hazardous: f.Hazardous,
	}
	if p.Name == "" || len(p.Access) == 0 {
		return p, fmt.Errorf("%w: %s: it needs a name and its access keys, the most general first", ErrProfile, file)
	}
	for _, set := range []struct {
		field string
		from  map[string]float64
		to    *[road.ClassCount]float64
	}{{"speed_kmh", f.SpeedKmh, &p.SpeedKmh}, {"ramp_kmh", f.RampKmh, &p.RampKmh}} {
		for class, kmh := range set.from {
			c, ok := road.ClassOf(class)
			if !ok {
				return p, fmt.Errorf("%w: %s: %s.%s is no class of street", ErrProfile, file, set.field, class)
			}
			set.to[c] = kmh
		}
	}
	p.FillRamps()
	if err := p.Validate(); err != nil {
		return p, fmt.Errorf("%w: %s: %w", ErrProfile, file, err)
	}
	return p, nil
}
