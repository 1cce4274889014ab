// Package sample carries the data that the program can show itself with: real orders, real streets, a declared business.
//
// Takes nothing and gives three files as bytes: Online Retail II (Chen 2019, CC BY 4.0) as one Parquet file, doubles,
// cancellations and all, so that importing it is a true import; an OpenStreetMap extract of Liechtenstein (ODbL); and
// business.yaml, which declares sites, vehicles, suppliers and rules and names everything invented as such.
// Method: embedded files; pack writes the Parquet one from its sources.
// Never: the two data sets are not under the program's licence; show Attribution wherever they are shown.
package sample

import (
	_ "embed"
)

//go:embed data/online_retail.parquet
var orders []byte

//go:embed data/liechtenstein.osm.pbf
var streets []byte

//go:embed data/business.yaml
var business []byte

//go:embed data/scenarios.yaml
var scenarios []byte

//go:embed data/NOTICE
var notice string

// The names of the files, for reports and errors.
const (
	OrdersName   = "online_retail.parquet"
	StreetsName  = "liechtenstein.osm.pbf"
	BusinessName = "business.yaml"

	ScenariosName = "scenarios.yaml"
)

// Orders is every line of both sheets of Online Retail II, as Parquet. It must not be changed.
func Orders() []byte { return orders }

// Streets is the OpenStreetMap extract of Liechtenstein, as PBF. It must not be changed.
func Streets() []byte { return streets }

// Business is the declaration file of the business. It must not be changed.
func Business() []byte { return business }

// Scenarios is a file of what-ifs for the business. It must not be changed.
func Scenarios() []byte { return scenarios }

// Notice is the full text of sources and licences.
func Notice() string { return notice }

// Attribution names the sources in one line each, for wherever the data is shown.
func Attribution() []string {
	return []string{
		"Orders: Chen, D. (2019), Online Retail II, UCI Machine Learning Repository, doi 10.24432/C5CG6D, CC BY 4.0.",
		"Streets: © OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright.",
		"Customers' places, sites, vehicles and suppliers are invented (business.yaml) and drawn by seed.",
	}
}
