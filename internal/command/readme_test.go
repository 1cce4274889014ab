package command_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const readme = "../../README.md"

// checkReadme compares the part of README that stands between the marks of a name with what came out just now, all but
// names and times that differ each time. QUARTERMASTER_GOLDEN=rewrite (make golden) writes the part anew.
func checkReadme(t *testing.T, name, command, output string) {
	t.Helper()
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	from, to := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	head, rest, ok := strings.Cut(string(page), from)
	shown, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("README has no part between %q and %q", strings.TrimSpace(from), to)
	}
	want := "```\n$ " + command + "\n" + steady(output) + "```\n"
	if shown == want {
		return
	}
	if os.Getenv("QUARTERMASTER_GOLDEN") != "rewrite" {
		t.Fatalf("README shows another %s than this one (make golden rewrites it):\n%s", name, want)
	}
	if err := os.WriteFile(readme, []byte(head+from+want+to+tail), 0o600); err != nil {
		t.Fatal(err)
	}
}

// steady replaces what differs from run to run: the plan's name, the folder, the port and the time it took.
func steady(output string) string {
	for _, x := range [][2]string{
		{`(?m)^(Plan {8})\S+,`, "${1}01M81YHR5ANHB7SN9NZENT17XT,"},
		{`(?m)^(Data {8}).*$`, "${1}~/.local/share/quartermaster"},
		{`(?m)^(Console {5})http://\S+$`, "${1}http://127.0.0.1:8480/console/"},
		{`(?m)^(API {9})http://\S+, took .*$`, "${1}http://127.0.0.1:8480, took 13.9 s"},
	} {
		output = regexp.MustCompile(x[0]).ReplaceAllString(output, x[1])
	}
	return output
}
