// Package command is the command line: what the verbs are called, what they take, and what they print.
//
// Takes arguments and three streams and gives an exit code. Method: kong reads the arguments; a value comes from its flag,
// else its environment variable, else the configuration file, else its default; each verb is one file. Never: it decides
// nothing about the business; it asks the use cases and prints what they say.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"quartermaster/internal/config"
)

// Streams are where a run of the program reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// grammar is the whole command line.
type grammar struct {
	config.Config `group:"Settings"`
	ConfigFile    string `name:"config" help:"YAML file with these settings by their names." placeholder:"FILE" env:"QUARTERMASTER_CONFIG" group:"Settings"`
	JSON          bool   `name:"json" help:"Print the result as JSON, for programs." env:"QUARTERMASTER_JSON" group:"Settings"`

	Demo        demoVerb        `cmd:"" help:"Show the whole program on real orders: import, plan a week, serve."`
	Serve       serveVerb       `cmd:"" help:"Run the service: HTTP API, workers, or both."`
	Import      importVerb      `cmd:"" help:"Take over a shop's order lines from CSV, NDJSON or Parquet."`
	Plan        planVerb        `cmd:"" help:"Plan the stored orders of some days, or the stock of a catalogue."`
	Forecast    forecastVerb    `cmd:"" help:"Forecast any table of demand: dates, quantities, and what names a series; or all items of the installation."`
	Network     networkVerb     `cmd:"" help:"Choose sites and who serves whom, with a proved bound."`
	Simulate    simulateVerb    `cmd:"" help:"Show what would be if: plan scenarios and compare."`
	Roads       roadsVerb       `cmd:"" help:"Ask the road engine: build graphs, find ways, tables and streets driven, serve OSRM's API."`
	Warehouse   warehouseVerb   `cmd:"" help:"Check floors, drive robots on them, find ways for all at once."`
	Keys        keysVerb        `cmd:"" help:"Make, list, rotate and revoke API keys."`
	Tenants     tenantsVerb     `cmd:"" help:"Make and list tenants."`
	Personal    personalVerb    `cmd:"" help:"Erase a customer; put personal data under a new encryption key."`
	Audit       auditVerb       `cmd:"" help:"Read and verify the journal of who did what."`
	Finance     financeVerb     `cmd:"" help:"Learn and use credit models; measure a book's losses."`
	Migrate     migrateVerb     `cmd:"" help:"Bring the store's tables up to date."`
	Doctor      doctorVerb      `cmd:"" help:"Look whether everything the program needs is in order."`
	Route       routeVerb       `cmd:"" help:"Plan the deliveries of one file."`
	Bench       benchVerb       `cmd:"" help:"Measure the program on given data."`
	Testservers testserversVerb `cmd:"" hidden:"" help:"Run a command with private PostgreSQL and Redis servers."`
	Crashworker crashworkerVerb `cmd:"" hidden:"" help:"Work on jobs until killed, for bench jobs."`
	Chaosmember chaosmemberVerb `cmd:"" hidden:"" help:"Be one process of an installation, for bench chaos."`
	Version     versionVerb     `cmd:"" help:"Print the version of the program and of what it stands on."`
}

// run is what every verb is handed.
type run struct {
	ctx     context.Context
	streams Streams
	cfg     config.Config
	json    bool
}

const description = `Quartermaster plans a goods business from end to end: what will be asked for, what to buy, which site serves which order, what the warehouse does next, and who drives where.

A value comes from its flag, else from its environment variable, else from the file named by --config, else from its default.
Exit codes: 0 done, 1 failed, 2 wrong use, 3 infeasible, 4 out of time.`

// Main runs the program with the given arguments and returns its exit code. An interrupt or SIGTERM asks it to end in
// order; a second one ends it at once.
func Main(args []string, streams Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on a signal has its usual effect again
	return Run(ctx, args, streams)
}

// Run is Main without signals, for tests.
func Run(ctx context.Context, args []string, streams Streams) int {
	var g grammar
	code := -1
	files := &fileValues{}
	parser, err := kong.New(&g, kong.Name("quartermaster"), kong.Description(description),
		kong.Writers(streams.Out, streams.Err), kong.Exit(func(c int) { code = c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Resolvers(files), kong.WithBeforeResolve(func(c *kong.Context) error { return files.load(c) }))
	if err != nil {
		panic(err) // the grammar is ours
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // --help was printed; what the parser says after that has no meaning
		return code
	}
	if err == nil {
		g.Config, err = g.Config.Complete()
	}
	if err != nil {
		return complain(streams, g.JSON || slices.Contains(args, "--json"), usageError{err})
	}
	err = parsed.Run(&run{ctx: ctx, streams: streams, cfg: g.Config, json: g.JSON})
	return complain(streams, g.JSON, err)
}

// complain prints an error, if there is one, and gives the exit code.
func complain(streams Streams, asJSON bool, err error) int {
	code := exitCode(err)
	var silent exitError
	if err == nil || errors.As(err, &silent) && silent.error == nil {
		return code
	}
	if asJSON {
		data, _ := json.Marshal(map[string]any{"error": err.Error(), "exit_code": code}) // strings and ints always marshal
		fmt.Fprintf(streams.Err, "%s\n", data)
		return code
	}
	fmt.Fprintf(streams.Err, "quartermaster: %v\n", err)
	if code == ExitUsage {
		fmt.Fprintln(streams.Err, "quartermaster: see quartermaster --help, or --help after a verb")
	}
	return code
}

// printJSON writes v as one indented JSON document.
func (r *run) printJSON(v any) error {
	enc := json.NewEncoder(r.streams.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
