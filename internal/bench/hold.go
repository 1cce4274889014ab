package bench

import (
	"encoding/json"
	"fmt"
	"math"
)

// Hold compares what was found with what a file of worked examples records: objects field by field (what is not recorded is
// not looked at), lists entry by entry, numbers within what tolerance gives for their key and size, anything else as text.
// recorded comes from JSON; the error names the first value that does not hold.
func Hold(key string, found, recorded any, tolerance func(key string, recorded float64) float64) error {
	switch want := recorded.(type) {
	case map[string]any:
		have, ok := found.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: found nothing to compare", key)
		}
		for name, w := range want {
			h, ok := have[name]
			if !ok {
				return fmt.Errorf("%s %s is not computed", key, name)
			}
			if err := Hold(name, h, w, tolerance); err != nil {
				return err
			}
		}
	case []any:
		have, err := Listed(found)
		if err != nil || len(have) != len(want) {
			return fmt.Errorf("%s is %v, want %v", key, found, recorded)
		}
		for k := range want {
			if err := holdEntry(key, k, have[k], want[k], tolerance); err != nil {
				return err
			}
		}
	case float64:
		have, ok := found.(float64)
		if within := tolerance(key, want); !ok || !(math.Abs(have-want) <= within) {
			return fmt.Errorf("%s is %v, want %v within %g", key, found, want, within)
		}
	default:
		if fmt.Sprint(found) != fmt.Sprint(recorded) {
			return fmt.Errorf("%s is %v, want %v", key, found, recorded)
		}
	}
	return nil
}

func holdEntry(key string, k int, found, recorded any, tolerance func(key string, recorded float64) float64) error {
	if err := Hold(key, found, recorded, tolerance); err != nil {
		return fmt.Errorf("entry %d: %w", k, err)
	}
	return nil
}

// Listed is a value as the list that its JSON is.
func Listed(v any) ([]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out []any
	return out, json.Unmarshal(data, &out)
}
