// Package czlib stands in for github.com/datadog/czlib, which links the system's libz and so needs zlib's headers on
// every machine that builds the program. The OSM reader asks it for one thing, a zlib reader; the standard library has
// one. go.mod replaces the original by this module.
package czlib

import (
	"compress/zlib"
	"io"
)

// NewReader returns a reader of the zlib stream r.
func NewReader(r io.Reader) (io.ReadCloser, error) { return zlib.NewReader(r) }
