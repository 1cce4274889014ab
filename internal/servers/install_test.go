package servers

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// On a new machine the first installation fails for want of package lists; they are fetched, and it succeeds. Shown with
// stand-ins for apt-get and sudo that note how they were called.
func TestInstallFetchesPackageLists(t *testing.T) {
	bin := t.TempDir()
	calls := filepath.Join(bin, "calls")
	write := func(name, script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"initdb", "postgres"} {
		write(name, "exit 0\n")
	}
	write("sudo", `shift; exec "$@"`+"\n")
	write("true", "exit 0\n")
	write("apt-get", `echo "$@" >>`+calls+`
case "$1" in
update) echo fetched >`+bin+`/lists; echo lists came ;;
install) test -e `+bin+`/lists || exit 100
	printf '#!/bin/sh\n' >`+bin+`/redis-server
	/bin/chmod +x `+bin+`/redis-server ;;
esac
`)
	t.Setenv("PATH", bin)
	t.Setenv(InstallVariable, "")

	var log bytes.Buffer
	if err := Install(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	const install = "install --yes --no-install-recommends redis-server\n"
	if want := install + "update\n" + install; string(got) != want {
		t.Errorf("apt-get was called with\n%swant\n%s", got, want)
	}
	if !strings.Contains(log.String(), "lists came") {
		t.Errorf("the log misses what apt-get said: %q", &log)
	}
	if err := Install(t.Context(), &log); err != nil {
		t.Errorf("with nothing missing: %v", err)
	}
	if again, err := os.ReadFile(calls); err != nil || len(again) != len(got) {
		t.Errorf("apt-get ran with nothing missing: %s, %v", again, err)
	}
}
