//go:build !noui

package console

import (
	"embed"
	"io/fs"
)

//go:embed dist
var embedded embed.FS

// bundle is what Vite made of web/.
var bundle = func() fs.FS {
	sub, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the name is a constant that is there
	}
	return sub
}()
