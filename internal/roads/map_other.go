//go:build !unix

package roads

// mapFile reads the file where the machine has no maps that this program knows.
func mapFile(path string) (data []byte, unmap func() error, err error) { return readAll(path) }
