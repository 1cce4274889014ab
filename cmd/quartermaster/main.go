// Command quartermaster plans a goods business from end to end; `quartermaster --help` lists what it does.
package main

import (
	"os"

	"quartermaster/internal/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], command.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
