package console_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The whole program, with its real store and planner on a small book of orders, is looked at in a real browser: every page
// shows what the API says, in both languages, by keyboard, with a key and without. Nothing is asserted on pixels.
func TestBrowser(t *testing.T) {
	modules(t)
	browser := chromium(t)
	program, home := filepath.Join(t.TempDir(), "quartermaster"), t.TempDir()
	run(t, "go", "build", "-o", program, "quartermaster/cmd/quartermaster")
	orders := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(orders, book(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, program, "import", orders, "--home", home)
	slow := filepath.Join(t.TempDir(), "slow.json") // half the speed on all streets, so that it concerns every route
	condition := `{"conditions":[{"id":"works","kind":"incident","source":"test","reason":"roadworks","speed_factor":0.5,"from":"2011-11-28T00:00:00Z",` +
		`"until":"2011-11-30T00:00:00Z","area":[{"lon":9,"lat":47},{"lon":10,"lat":47},{"lon":10,"lat":48},{"lon":9,"lat":48}]}]}`
	if err := os.WriteFile(slow, []byte(condition), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, program, "roads", "conditions", slow, "--home", home)
	run(t, program, "plan", "--home", home, "--start", "2011-11-28", "--days", "2")
	keys := map[string]string{}
	for _, role := range []string{"viewer", "warehouse"} {
		out := run(t, program, "keys", "create", "--home", home, "--role", role, "--name", role)
		keys[role] = regexp.MustCompile(`qm_\S+`).FindString(out)
	}
	for _, auth := range []string{"off", "required"} {
		t.Run(auth, func(t *testing.T) {
			url := serve(t, program, "--home", home, "--auth", auth)
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "node", "test/browser/"+auth+".mjs")
			cmd.Dir = "web"
			cmd.Env = append(os.Environ(), "CONSOLE="+url, "CHROMIUM="+browser, "VIEWER_KEY="+keys["viewer"], "WAREHOUSE_KEY="+keys["warehouse"])
			out, err := cmd.CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// chromium finds the browser, or brings it from the distribution's packages where that is allowed, as make test does with
// the servers that it needs.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("QUARTERMASTER_INSTALL") != "0" && os.Geteuid() == 0 && os.Getenv(skipVariable) != "1" {
		install := exec.CommandContext(t.Context(), "sh", "-c", "apt-get install --yes --no-install-recommends chromium || { apt-get update && apt-get install --yes --no-install-recommends chromium; }")
		install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := install.CombinedOutput(); err != nil {
			t.Logf("apt-get install chromium: %v\n%s", err, out)
		}
	}
	return need(t, "chromium", "install the package chromium (Debian, Ubuntu: apt-get install chromium)")
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}

// serve starts the program on a free port and gives the console's address; it is told to stop at the end of the test.
func serve(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, append([]string{"serve", "--listen", "127.0.0.1:0", "--drain", "1s"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	log, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // its exit code is no matter here
	})
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "the console is at "); found {
			go func() {
				for lines.Scan() { // a full pipe would stop the program
				}
			}()
			return url
		}
	}
	t.Fatal("the program said nowhere where its console is")
	return ""
}

// book is nine weeks of orders of a small shop, the same each time: 25 things, some sold daily, some seldom.
func book() []byte {
	b := []byte("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n")
	invoice := 500000
	for day := time.Date(2011, 10, 3, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2011, 12, 3, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
			continue
		}
		for n := range 4 + invoice%5 {
			invoice++
			at := day.Add(9*time.Hour + time.Duration(n)*25*time.Minute)
			for k := range 1 + invoice%4 {
				item := (invoice*invoice + 7*k) % 25
				b = fmt.Appendf(b, "%d,%d,THING %d,%d,%s,%d.50,%d,United Kingdom\n", invoice, 20000+item, item, 1+(invoice+k)%6, at.Format(time.DateTime), 1+item%7, 12000+invoice%40)
			}
		}
	}
	return b
}
