// Package vda5050 commands automated guided vehicles over MQTT as VDA 5050 says, in versions 2.1 and 3.0.
//
// Master keeps the sessions of vehicles: takes their connection, state and factsheet messages, and sends orders as base and
// horizon, order updates, and instant actions. Fleet drives the vehicles of a floor by warehouse/agv/execution. Vehicle is a
// simulated one; Equipment is what does not drive. Every message is validated against the schemas of its version (schemas/,
// VDA 5050, MIT licence), whichever way it goes. Never: a message that breaks its schema is sent or believed, and no
// vehicle's fault stops the others.
package vda5050

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Version is a version of the protocol.
type Version uint8

// The versions spoken.
const (
	V21 Version = iota
	V30
)

// String is what stands in a header.
func (v Version) String() string {
	if v == V30 {
		return "3.0.0"
	}
	return "2.1.0"
}

// root is the beginning of a version's topics: interface name and major version.
func (v Version) root() string {
	if v == V30 {
		return "vda5050/v3"
	}
	return "uagv/v2"
}

// Topic names of both versions.
const (
	TopicOrder          = "order"
	TopicInstantActions = "instantActions"
	TopicState          = "state"
	TopicConnection     = "connection"
	TopicFactsheet      = "factsheet"
	TopicVisualization  = "visualization"
	TopicZoneSet        = "zoneSet"   // 3.0 alone
	TopicResponses      = "responses" // 3.0 alone
)

// heard are the topics on which vehicles of a version hear a master, and told those on which they tell it.
func (v Version) heard() []string {
	if v == V30 {
		return []string{TopicOrder, TopicInstantActions, TopicZoneSet, TopicResponses}
	}
	return []string{TopicOrder, TopicInstantActions}
}

// told are the topics of vehicles, of both versions.
var told = []string{TopicConnection, TopicFactsheet, TopicState, TopicVisualization}

// topics are all that a version speaks.
func (v Version) topics() []string { return slices.Concat(told, v.heard()) }

// ID names a vehicle.
type ID struct{ Manufacturer, Serial string }

func (id ID) String() string { return id.Manufacturer + "/" + id.Serial }

// topic is the full topic of one of a vehicle's messages.
func (v Version) topic(id ID, name string) string { return v.root() + "/" + id.String() + "/" + name }

// parseTopic takes a full topic apart.
func parseTopic(topic string) (v Version, id ID, name string, err error) {
	for _, v := range []Version{V21, V30} {
		if rest, ok := strings.CutPrefix(topic, v.root()+"/"); ok {
			parts := strings.Split(rest, "/")
			if len(parts) == 3 && parts[0] != "" && parts[1] != "" {
				return v, ID{parts[0], parts[1]}, parts[2], nil
			}
		}
	}
	return 0, ID{}, "", fmt.Errorf("vda5050: topic %q is not interface/version/manufacturer/serial/topic of a version spoken", topic)
}

// Header begins every message.
type Header struct {
	HeaderID     uint32 `json:"headerId"`
	Timestamp    string `json:"timestamp"`
	Version      string `json:"version"`
	Manufacturer string `json:"manufacturer"`
	SerialNumber string `json:"serialNumber"`
}

// clockLayout is the timestamp of a header: ISO 8601 in UTC with milliseconds.
const clockLayout = "2006-01-02T15:04:05.000Z"

func newHeader(v Version, id ID, n uint32, now time.Time) Header {
	return Header{n, now.UTC().Format(clockLayout), v.String(), id.Manufacturer, id.Serial}
}
