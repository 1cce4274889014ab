package config

import (
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
)

// File holds the values of a configuration file by flag name; a verb's own flags stand in a section with its name and
// are found as "verb.flag".
type File map[string]any

// Read reads a YAML file such as
//
//	listen: 127.0.0.1:9000
//	store: postgres://quartermaster@db/quartermaster
//	serve:
//	  role: worker
//
// The error of a broken file shows line and column.
func Read(path string) (File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("config: %s: %s", path, yaml.FormatError(err, false, true))
	}
	f := File{}
	for key, value := range raw {
		section, ok := value.(map[string]any)
		if !ok {
			if err := f.set(path, key, value); err != nil {
				return nil, err
			}
			continue
		}
		for name, v := range section {
			if err := f.set(path, key+"."+name, v); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

func (f File) set(path, key string, value any) error {
	switch value.(type) {
	case string, bool, int, int64, uint64, float64:
		f[key] = value
		return nil
	case nil:
		return fmt.Errorf("config: %s: %s has no value", path, key)
	}
	return fmt.Errorf("config: %s: %s is a %T, want one plain value", path, key, value)
}
