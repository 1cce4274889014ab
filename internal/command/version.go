package command

import (
	"fmt"
	"runtime/debug"
)

// versionVerb prints what was built.
type versionVerb struct{}

func (versionVerb) Run(r *run) error {
	v := buildVersion()
	if r.json {
		return r.printJSON(v)
	}
	_, err := fmt.Fprintf(r.streams.Out, "quartermaster %s (%s)\n", v.Version, v.Go)
	return err
}

// built is what the program knows of its own making.
type built struct {
	Version  string `json:"version"` // a tag, or the commit it was built from
	Go       string `json:"go"`
	Modified bool   `json:"modified"` // built from files that were not committed
}

func buildVersion() built {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return built{Version: "unknown"}
	}
	b := built{Version: info.Main.Version, Go: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			if b.Version == "" || b.Version == "(devel)" {
				b.Version = s.Value
			}
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
