package command

import (
	"fmt"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"quartermaster/internal/config"
)

// fileValues gives the parser the values of the configuration file for flags that neither the command line nor the
// environment has set.
type fileValues struct{ values config.File }

// load reads the file that --config or its variable names.
func (f *fileValues) load(c *kong.Context) error {
	path := ""
	for _, flag := range c.Flags() {
		if flag.Name == "config" {
			path, _ = c.FlagValue(flag).(string) // it is declared as a string
		}
	}
	if path == "" {
		return nil
	}
	values, err := config.Read(path)
	if err != nil {
		return err
	}
	f.values = values
	return f.known(path, c.Model)
}

// known refuses keys that are no flag, which would otherwise be silently without effect.
func (f *fileValues) known(path string, app *kong.Application) error {
	names := map[string]bool{}
	for _, flag := range app.Flags {
		names[flag.Name] = true
	}
	for _, verb := range app.Children {
		for _, flag := range verb.Flags {
			names[verb.Name+"."+flag.Name] = true
		}
		if verb.DefaultCmd != nil { // what is meant where no further verb is named goes by the verb's own name
			for _, flag := range verb.DefaultCmd.Flags {
				names[verb.Name+"."+flag.Name] = true
			}
		}
	}
	var unknown []string
	for key := range f.values {
		if !names[key] || key == "config" || key == "help" {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("config: %s: no setting is called %q", path, unknown[0])
	}
	return nil
}

// Validate is part of kong's Resolver; what the file holds is checked when it is loaded.
func (f *fileValues) Validate(*kong.Application) error { return nil }

// Resolve is part of kong's Resolver: nil leaves the flag as the environment or its default set it.
func (f *fileValues) Resolve(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	key := flag.Name
	if parent.Command != nil {
		verb := parent.Command
		if verb.Parent != nil && verb.Parent.DefaultCmd == verb {
			verb = verb.Parent
		}
		key = verb.Name + "." + key
	}
	value, ok := f.values[key]
	if !ok {
		return nil, nil
	}
	return fmt.Sprint(value), nil
}
