package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// program is something that must be on the machine, with the Debian package that brings it.
type program struct {
	name    string
	debian  string
	purpose string
}

var programs = []program{
	{"initdb", "postgresql", "PostgreSQL"},
	{"postgres", "postgresql", "PostgreSQL"},
	{"redis-server", "redis-server", "Redis"},
}

// Missing names the programs that are not on this machine, in the words of a message; empty means all are there.
func Missing() []string {
	var out []string
	for _, p := range programs {
		if _, err := find(p.name); err != nil {
			out = append(out, err.Error())
		}
	}
	return out
}

// find returns the path of a program from PATH or from where Debian, Fedora and Homebrew keep PostgreSQL's own programs,
// which are in no PATH. The newest version wins.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin/", "/usr/pgsql-*/bin/", "/opt/homebrew/opt/postgresql@*/bin/", "/usr/local/opt/postgresql@*/bin/",
	} {
		found, _ := filepath.Glob(pattern + name) // the patterns are well formed
		slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
				return path, nil
			}
		}
	}
	for _, p := range programs {
		if p.name == name {
			return "", fmt.Errorf("servers: no %s on this machine, which %s needs: install the package %q (Debian, Ubuntu: apt-get install %s)",
				name, p.purpose, p.debian, p.debian)
		}
	}
	return "", fmt.Errorf("servers: no %s on this machine", name)
}

// version reads the number in a path like /usr/lib/postgresql/15/bin/postgres; 0 where there is none.
func version(path string) int {
	digits := ""
	for _, r := range path {
		if r >= '0' && r <= '9' {
			digits += string(r)
		} else if digits != "" {
			break
		}
	}
	n, _ := strconv.Atoi(digits) // no digits is version 0
	return n
}
