// Package api holds the words that outsiders speak with the service over HTTP: requests, responses, error codes.
//
// Takes nothing and gives plain structs with their JSON names, limits and meanings as tags. Method: RFC 9457 for errors,
// RFC 3339 with zone for times, whole minor units with an ISO 4217 code for money, units at the end of a name. Never: it
// imports nothing but the standard library, so that a client can use it as it is.
package api

import "time"

// Limits that requests are held to.
const (
	MaxPlanDays     = 14
	MaxPageSize     = 1000
	DefaultPageSize = 100
	MaxWaitSec      = 25 // longest a request may be kept waiting for work or for a result
	MaxLeaseTasks   = 1000
	MaxLeaseSec     = 3600
	DefaultLeaseSec = 60
	DefaultHoldSec  = 300 // seconds in which nothing is given out in a zone that was reported blocked
	MaxBodyBytes    = 1 << 20
	// MaxLargeBodyBytes is the most that any operation takes as JSON; most take MaxBodyBytes.
	MaxLargeBodyBytes = 64 << 20
	MaxKeyLength      = 255 // of an Idempotency-Key
)

// Money is an amount in minor units (pence, cents) of one currency.
type Money struct {
	Minor    int64  `json:"minor" doc:"Amount in minor units, such as pence or cents"`
	Currency string `json:"currency" doc:"ISO 4217 code" example:"GBP"`
}

// Window is a stretch of time.
type Window struct {
	From time.Time `json:"from" doc:"RFC 3339 with zone"`
	To   time.Time `json:"to" doc:"RFC 3339 with zone"`
}

// Link is where something else about the same thing is found.
type Link struct {
	Rel  string `json:"rel" doc:"What is found there" example:"promises"`
	Href string `json:"href" doc:"Path on this server"`
}
