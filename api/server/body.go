package server

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"quartermaster/api"
)

// errBody is a request body that cannot be read, by the caller's doing.
type errBody struct {
	status int
	text   string
}

func (e *errBody) Error() string { return e.text }

// Bounds of what a compressed body may become. JSON of many rows shrinks to a tenth or so; what shrinks to a two-hundredth
// was made to fill memory.
const (
	maxExpansion  = 200
	freeExpansion = 1 << 20 // bytes that any body may become
)

// expand lets request bodies come compressed by gzip. The limits of an operation hold for what they become.
func expand(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch encoding := strings.TrimSpace(strings.ToLower(r.Header.Get("Content-Encoding"))); encoding {
		case "", "identity":
		case "gzip", "x-gzip":
			r.Body = &gzipBody{raw: &countingReader{r: r.Body}, body: r.Body}
			r.ContentLength = -1
			r.Header.Del("Content-Encoding")
			r.Header.Del("Content-Length")
		default:
			writeProblem(w, newProblem(http.StatusUnsupportedMediaType, api.CodeMediaType, fmt.Sprintf("a body may be compressed by gzip, not by %.40q", encoding)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// gzipBody expands a body as it is read and stops where it grows beyond reason.
type gzipBody struct {
	raw  *countingReader
	body io.Closer
	zip  *gzip.Reader
	out  int64
	err  error
}

// Read gives expanded bytes.
func (b *gzipBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.zip == nil {
		var err error
		if b.zip, err = gzip.NewReader(b.raw); err != nil {
			b.err = asBody(err)
			return 0, b.err
		}
	}
	n, err := b.zip.Read(p)
	b.out += int64(n)
	switch {
	case b.out > freeExpansion && b.out > maxExpansion*b.raw.n:
		err = &errBody{http.StatusRequestEntityTooLarge, "the compressed body becomes more than 200 times as long as it came"}
	case err != nil && !errors.Is(err, io.EOF):
		err = asBody(err)
	}
	b.err = err
	return n, err
}

// asBody makes an error of the format the caller's; one of the connection stays what it is.
func asBody(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		strings.HasPrefix(err.Error(), "flate: ") {
		return &errBody{http.StatusBadRequest, "the body says that it is gzip, and is not, or is cut off"}
	}
	return err
}

// Close ends reading.
func (b *gzipBody) Close() error { return b.body.Close() }

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
