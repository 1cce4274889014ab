// Package console serves the web console: the pages that planners and shift leads look at.
//
// Takes nothing and gives one http.Handler over the bundle that is built from web/ and committed in dist/. Method: what
// Vite named by its hash may be kept for ever, the page itself is asked for anew each time; each file is compressed once; a
// path that is no file is the page, which knows its own ways. Never: it reads no facts, and loads nothing from elsewhere.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// Prefix is where the console is served.
const Prefix = "/console/"

// Policy is the content security policy of every page: everything comes from this server, and no code stands in the page.
// Images may be drawn by the map (blob:) and by its style sheet (data:).
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the console below Prefix, nil where the program was built without it (tag noui).
func Handler() http.Handler {
	if bundle == nil {
		return nil
	}
	return handlerOf(bundle)
}

// file is one file of the bundle, ready to be sent.
type file struct {
	kind  string // media type
	tag   string // ETag
	plain []byte
	kept  bool // named by its hash, so that it never changes
	once  sync.Once
	small []byte // compressed, nil where that gains nothing
}

type handler struct{ files map[string]*file }

// handlerOf serves a bundle; one that cannot be read was not put together by this package's build.
func handlerOf(bundle fs.FS) http.Handler {
	h := &handler{files: map[string]*file{}}
	err := fs.WalkDir(bundle, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		plain, err := fs.ReadFile(bundle, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(plain)
		h.files[name] = &file{
			kind: mediaType(name), plain: plain, kept: strings.HasPrefix(name, "assets/"), tag: `"` + hex.EncodeToString(sum[:12]) + `"`,
		}
		return nil
	})
	if err != nil {
		panic(err) // the bundle is in the program itself
	}
	return h
}

// mediaType does not ask the machine, whose tables differ.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

const page = "index.html"

// ServeHTTP answers one request for a file, or for one of the page's own ways.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", Policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	f := h.files[name]
	if f == nil {
		if strings.HasPrefix(name, "assets/") || path.Ext(name) != "" { // a file of another version, not a page
			header.Set("Cache-Control", "no-store")
			http.Error(w, "there is no such file in this version of the console", http.StatusNotFound)
			return
		}
		f = h.files[page]
	}
	header.Set("Content-Type", f.kind)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache")
	if f.kept {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, tag := f.plain, f.tag
	if small := f.compressed(); small != nil && acceptsGzip(r) {
		header.Set("Content-Encoding", "gzip")
		body, tag = small, strings.TrimSuffix(f.tag, `"`)+`-gzip"`
	}
	header.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a broken connection has nobody to tell
	}
}

// compressed is the file as gzip, made at the first request and kept; nil where it would not be smaller by a tenth.
func (f *file) compressed() []byte {
	f.once.Do(func() {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a constant that exists
		_, _ = z.Write(f.plain)                               // a buffer never fails
		_ = z.Close()
		if b.Len() < len(f.plain)*9/10 {
			f.small = b.Bytes()
		}
	})
	return f.small
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3) as far as it matters here.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name = strings.ToLower(strings.TrimSpace(name)); name == "gzip" || name == "*" {
			weight := strings.TrimPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
			return strings.Trim(weight, "0.") != "" || weight == ""
		}
	}
	return false
}
