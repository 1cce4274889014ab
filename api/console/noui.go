//go:build noui

package console

import "io/fs"

// bundle is absent: the program was built without its console.
var bundle fs.FS
