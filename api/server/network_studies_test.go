package server_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/api/server"
)

func networkRequest(t *testing.T, body string) api.NetworkStudyRequest {
	t.Helper()
	var q api.NetworkStudyRequest
	if err := json.Unmarshal([]byte(body), &q); err != nil {
		t.Fatal(err)
	}
	return q
}

// Numbers that make no sense are refused by field, each with its place, before any work.
func TestNetworkStudiesRefuseByField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		body   string
		places []string
	}{
		"below nothing": {`{"sites":[{"id":"a","capacity":-1,"fixed_cost":-2,"open_cost":-3,"close_cost":-4}],"customers":[{"id":"x","demand":-5}]}`,
			[]string{"body.customers[0].demand", "body.sites[0].capacity", "body.sites[0].close_cost", "body.sites[0].fixed_cost", "body.sites[0].open_cost"}},
		"too large": {`{"sites":[{"id":"a","capacity":1e16}],"customers":[{"id":"x","demand":1e13}]}`,
			[]string{"body.customers[0].demand", "body.sites[0].capacity"}},
		"cells": {`{"sites":[{"id":"a"},{"id":"b"}],"customers":[{"id":"x","demand":1}],"cost":[[-1],[1e300]]}`,
			[]string{"body.cost[0][0]", "body.cost[1][0]"}},
		"way": {`{"sites":[{"id":"a"}],"customers":[{"id":"x","demand":1}],"plants":[{"id":"p"}],"modes":[{"id":"m","inbound":true,"outbound":true}],"in_km":[[-1]],"out_km":[[1e12]]}`,
			[]string{"body.in_km[0][0]", "body.out_km[0][0]"}},
		"both":  {`{"sites":[{"id":"a","keep":true,"shut":true}],"customers":[{"id":"x","demand":1}]}`, []string{"body.sites[0].shut"}},
		"twice": {`{"sites":[{"id":"a"},{"id":"a"}],"customers":[{"id":"x","demand":1},{"id":"x","demand":1}]}`, []string{"body.customers[1].id", "body.sites[1].id"}},
	} {
		p := refused(t, h.ask("POST", "/v1/network-studies", c.body), 422, api.CodeInvalid)
		var places []string
		for _, e := range p.Errors {
			places = append(places, e.Location)
		}
		slices.Sort(places)
		if !slices.Equal(places, c.places) {
			t.Errorf("%s: %v, want %v", name, places, c.places)
		}
	}
	for _, body := range []string{`{"sites":[{"id":"a","capacity":NaN}],"customers":[{"id":"x","demand":1}]}`, `{"sites":[{"id":"a"}],"customers":[{"id":"x","demand":1e999}]}`} {
		if got := h.ask("POST", "/v1/network-studies", body).status; got != 400 && got != 422 {
			t.Errorf("%s: status %d", body, got)
		}
	}
}

// What cannot be is an answer, in one stage, two stages and several futures: why, and the smallest change that would help.
func TestNetworkStudiesSayWhatWouldHelp(t *testing.T) {
	for name, c := range map[string]struct{ body, reason, relaxation string }{
		"capacity": {`{"sites":[{"id":"a","capacity":10},{"id":"b","capacity":15}],"customers":[{"id":"x","demand":20},{"id":"y","demand":12}]}`,
			"serve 25 of a demand of 32", "raise capacity by 7"},
		"shut": {`{"sites":[{"id":"a","capacity":50,"shut":true},{"id":"b","capacity":15}],"customers":[{"id":"x","demand":20}]}`,
			"serve 15 of a demand of 20", "raise capacity by 5"},
		"single": {`{"single_source":true,"sites":[{"id":"a","capacity":10},{"id":"b","capacity":15}],"customers":[{"id":"x","demand":20}]}`,
			`"x" asks for 20, more than any one site`, "raise a capacity by 5"},
		"disconnected": {`{"sites":[{"id":"a"},{"id":"b","shut":true}],"customers":[{"id":"x","demand":1},{"id":"y","demand":1}],"cost":[[1,null],[1,1]]}`,
			`no site that may be open can serve customer "y"`, `serve customer "y"`},
		"number": {`{"open":3,"sites":[{"id":"a"},{"id":"b"}],"customers":[{"id":"x","demand":1}]}`,
			"3 sites are to be open, but 2 may be", "open 2 sites"},
		"plants": {`{"sites":[{"id":"a"}],"customers":[{"id":"x","demand":9}],"plants":[{"id":"p","capacity":4},{"id":"q","capacity":2}],"modes":[{"id":"m","per_unit_km":1,"inbound":true,"outbound":true}]}`,
			"all plants together make 6 of a demand of 9", "make 3 more"},
		"no way in": {`{"sites":[{"id":"a"}],"customers":[{"id":"x","demand":9}],"plants":[{"id":"p"}],"modes":[{"id":"m","per_unit_km":1,"inbound":true,"outbound":true}],"in_km":[[null]]}`,
			`can serve customer "x"`, `serve customer "x"`},
		"future": {`{"sites":[{"id":"a","capacity":10}],"customers":[{"id":"x","demand":8}],"scenarios":[{"id":"now","weight":1},{"id":"more","weight":1,"factors":[2]}]}`,
			"serve 10 of a demand of 16", "raise capacity by 6"},
	} {
		q := networkRequest(t, c.body)
		if wrong := server.CheckNetworkStudy(&q); len(wrong) > 0 {
			t.Errorf("%s: refused: %v", name, wrong)
			continue
		}
		a, err := server.StudyNetwork(t.Context(), q, nil)
		if err != nil || a.Status != "infeasible" || !strings.Contains(strings.Join(a.Reasons, " "), c.reason) || !strings.Contains(strings.Join(a.Relaxation, " "), c.relaxation) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An existing site costs nothing to open and something to close; a new one the other way round. Both turn the choice.
func TestNetworkStudiesPriceOpeningAndClosing(t *testing.T) {
	body := func(existing bool, openCost, closeCost string) string {
		old := `false`
		if existing {
			old = `true`
		}
		return `{"sites":[{"id":"old","fixed_cost":50,"existing":` + old + `,"open_cost":` + openCost + `,"close_cost":` + closeCost + `},{"id":"new","fixed_cost":10,"open_cost":30}],"customers":[{"id":"x","demand":1}],"cost":[[5],[5]]}`
	}
	for name, c := range map[string]struct {
		body, open string
		cost       float64
	}{
		"closing is free":          {body(true, "0", "0"), "new", 45},
		"closing is dear":          {body(true, "0", "11"), "old", 55},
		"closing pays just":        {body(true, "0", "9"), "new", 54},
		"standing costs no more":   {body(true, "1000", "11"), "old", 55},
		"opening it would be dear": {body(false, "1000", "11"), "new", 56},
	} {
		a, err := server.StudyNetwork(t.Context(), networkRequest(t, c.body), nil)
		if err != nil || a.Status != "optimal" || !slices.Equal(a.Open, []string{c.open}) || math.Abs(a.Cost-c.cost) > 1e-9 {
			t.Errorf("%s: opens %v at %g (%s, %v), want %s at %g", name, a.Open, a.Cost, a.Status, err, c.open, c.cost)
		}
	}
}
