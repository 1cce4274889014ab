package console

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, path string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result(), w.Body.Bytes()
}

// names lists the files of the bundle.
func names(t *testing.T) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(bundle, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			out = append(out, name)
		}
		return err
	})
	if err != nil || len(out) < 3 {
		t.Fatalf("the bundle has %d files: %v", len(out), err)
	}
	return out
}

// Every file comes with its type and the policy, whole or compressed as the browser asks, kept for ever where its name has
// its hash, and not sent twice.
func TestFiles(t *testing.T) {
	for _, name := range names(t) {
		want, err := fs.ReadFile(bundle, name)
		if err != nil {
			t.Fatal(err)
		}
		res, body := ask(t, Prefix+name)
		if res.StatusCode != http.StatusOK || !bytes.Equal(body, want) || res.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: status %d, %d bytes of %d, encoding %q", name, res.StatusCode, len(body), len(want), res.Header.Get("Content-Encoding"))
		}
		if res.Header.Get("Content-Security-Policy") != Policy || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, res.Header)
		}
		if kind := res.Header.Get("Content-Type"); kind == "application/octet-stream" || kind == "" {
			t.Errorf("%s: type %q", name, kind)
		}
		cache := "no-cache"
		if strings.HasPrefix(name, "assets/") {
			cache = "public, max-age=31536000, immutable"
		}
		if res.Header.Get("Cache-Control") != cache {
			t.Errorf("%s: Cache-Control %q, want %q", name, res.Header.Get("Cache-Control"), cache)
		}
		small, packed := ask(t, Prefix+name, "Accept-Encoding", "br, gzip")
		if small.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, want) || len(packed) >= len(want) {
				t.Errorf("%s: %d bytes compressed to %d do not come back: %v", name, len(want), len(packed), err)
			}
		}
		if again, rest := ask(t, Prefix+name, "Accept-Encoding", "gzip", "If-None-Match", small.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(rest) > 0 {
			t.Errorf("%s: asked again with its ETag: status %d and %d bytes", name, again.StatusCode, len(rest))
		}
	}
}

// A path of the console's own is the page; a file that is not there is no page, or a browser would run it as one.
func TestFallback(t *testing.T) {
	_, page := ask(t, Prefix)
	for _, path := range []string{"jobs", "map", "tasks", "a/b/c"} {
		if res, body := ask(t, Prefix+path+"?plan=x"); res.StatusCode != http.StatusOK || !bytes.Equal(body, page) {
			t.Errorf("%s: status %d, not the page", path, res.StatusCode)
		}
	}
	for _, path := range []string{"assets/index-gone.js", "robots.txt", "assets/"} {
		if res, _ := ask(t, Prefix+path); res.StatusCode != http.StatusNotFound || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, Cache-Control %q", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
}

// The page holds no code of its own and names nothing elsewhere, as its policy demands.
func TestPage(t *testing.T) {
	_, page := ask(t, Prefix)
	for _, bad := range []string{"<style", "style=", "onload=", "http://", "https://", "javascript:"} {
		if strings.Contains(string(page), bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
	if strings.Count(string(page), "<script") != strings.Count(string(page), `<script type="module" crossorigin src="/console/assets/`) {
		t.Errorf("the page has a script that is not a file of the bundle:\n%s", page)
	}
	for _, directive := range []string{"'unsafe-inline'", "'unsafe-eval'", "*", "http:"} {
		if strings.Contains(Policy, directive) {
			t.Errorf("the policy allows %s", directive)
		}
	}
}

// The whole console is at most 900 kB over the wire, and what the first page needs of it at most 150 kB.
func TestBudget(t *testing.T) {
	const wholeKB, firstKB = 900, 150
	_, page := ask(t, Prefix)
	whole, first := 0, 0
	for _, name := range names(t) {
		_, packed := ask(t, Prefix+name, "Accept-Encoding", "gzip")
		whole += len(packed)
		if name == "index.html" || strings.Contains(string(page), "/"+name) {
			first += len(packed)
		}
		t.Logf("%7d %s", len(packed), name)
	}
	t.Logf("%7d whole, %d first", whole, first)
	if whole > wholeKB*1000 || first > firstKB*1000 {
		t.Errorf("%d bytes compressed, of which %d for the first page; allowed are %d and %d kB", whole, first, wholeKB, firstKB)
	}
}

// What a browser says it accepts is read as RFC 9110 writes it.
func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip;q=0.5": true, "*": true, "GZIP": true, "gzip;q=0": false, "gzip; q=0.000": false, "br": false, "xgzip": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := acceptsGzip(r); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
