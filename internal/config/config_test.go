package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A newcomer's configuration needs no setting at all and stays in the user's data folder.
func TestDefaultIsComplete(t *testing.T) {
	for name, c := range map[string]struct{ xdg, home, want string }{
		"XDG folder":       {"/data", "/home/ann", "/data/quartermaster"},
		"home folder":      {"", "/home/ann", "/home/ann/.local/share/quartermaster"},
		"relative ignored": {"data", "/home/ann", "/home/ann/.local/share/quartermaster"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_DATA_HOME", c.xdg)
			t.Setenv("HOME", c.home)
			got, err := Default().Complete()
			if err != nil || got.Home != c.want {
				t.Errorf("home %q, %v; want %q", got.Home, err, c.want)
			}
		})
	}
	t.Run("no HOME", func(t *testing.T) {
		t.Setenv("XDG_DATA_HOME", "")
		t.Setenv("HOME", "")
		got, err := Default().Complete()
		if err != nil || !filepath.IsAbs(got.Home) {
			t.Errorf("home %q, %v; want the account's folder", got.Home, err)
		}
	})
}

// Each wrong setting is refused by the name of its flag; passwords never show.
func TestComplete(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*Config)
		want string // "" = accepted
	}{
		"OK, shared pair": {func(c *Config) { c.Store, c.Redis, c.Role = "postgres://h/d", "redis://h:1", RoleWorker }, ""},
		"wrong scheme":    {func(c *Config) { c.Store = "mysql://u:geheim@h/d" }, `store begins with "mysql"`},
		"broken address":  {func(c *Config) { c.Redis = "redis://u:geheim@h:x/%zz" }, "redis is no valid address"},
		"no port":         {func(c *Config) { c.Listen = "localhost" }, "listen is"},
		"negative jobs":   {func(c *Config) { c.Concurrency = -1 }, "concurrency is -1"},
		"negative drain":  {func(c *Config) { c.Drain = -1 }, "drain is"},
		"unknown role":    {func(c *Config) { c.Role = "cook" }, `role is "cook"`},
		"lonely worker":   {func(c *Config) { c.Role = RoleWorker }, "needs a store"},
		"no shared Redis": {func(c *Config) { c.Role, c.Store = RoleAPI, "postgres://h/d" }, "needs a Redis"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Default()
			cfg.Home = t.TempDir()
			c.edit(&cfg)
			_, err := cfg.Complete()
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the error shows a password: %v", err)
			}
		})
	}
}

// A file gives plain values by name and by section; anything else is refused with its place.
func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"OK":         {"listen: 127.0.0.1:9000\nconcurrency: 4\nserve:\n  role: worker\n", ""},
		"empty":      {"", ""},
		"list":       {"listen: [a, b]\n", "listen is a"},
		"no value":   {"listen:\n", "listen has no value"},
		"too deep":   {"serve:\n  role:\n    x: 1\n", "serve.role is a"},
		"not a map":  {"- a\n- b\n", "[1:"},
		"broken":     {"listen: \"a\n", "1"},
		"same twice": {"listen: a\nlisten: b\n", "[2:1]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "q.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := Read(path)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error %v, want one with %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if name == "OK" && (f["listen"] != "127.0.0.1:9000" || f["serve.role"] != "worker") {
				t.Errorf("read %v", f)
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a missing file gave no error")
	}
}

// FuzzRead shows that no file makes the reader panic, and that what it accepts is flat.
func FuzzRead(f *testing.F) {
	f.Add("listen: 1\nserve:\n  role: x\n")
	f.Add("a: &x {b: *x}")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "q.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Read(path)
		if err != nil {
			return
		}
		for key, value := range file {
			switch value.(type) {
			case string, bool, int, int64, uint64, float64:
			default:
				t.Errorf("%s holds a %T", key, value)
			}
		}
	})
}
