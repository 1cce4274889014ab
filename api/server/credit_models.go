package server

import (
	"context"
	"fmt"
	"net/http"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type creditModelsInput struct {
	Name string `query:"name" maxLength:"64" doc:"Only this model"`
}

type creditModelsOutput struct{ Body api.CreditModelList }

type creditVersionInput struct {
	Name    string `path:"name" maxLength:"64"`
	Version int    `path:"version" minimum:"1"`
}

type creditVersionOutput struct{ Body api.CreditModelVersion }

type creditPointsOutput struct{ Body api.CreditPointsTable }

func (s *Server) registerCreditModels() {
	const one = "/v1/credit-models/{name}/versions/{version}"
	list := operation("list-credit-models", http.MethodGet, "/v1/credit-models", "List stored credit models, newest version first", "credit-models", service.ScopePlansRead)
	register(s, list, s.listCreditModels)
	points := operation("get-credit-points", http.MethodGet, one+"/points", "Print a scorecard as a table of points", "credit-models", service.ScopePlansRead, 404, 409)
	register(s, points, s.creditPoints)
	crown := operation("put-credit-champion", http.MethodPut, one+"/champion", "Put a version of a credit model in use", "credit-models", service.ScopeFactsWrite, 404)
	crown.Description = "Scores that name no version, plans and supplier pages use the champion from now on."
	register(s, crown, s.crownCreditModel)
	drop := operation("delete-credit-model", http.MethodDelete, one, "Remove a version of a credit model", "credit-models", service.ScopeFactsWrite, 404, 409)
	drop.Description = "The champion can be removed last of its name alone; then nothing of that name is in use any more."
	register(s, drop, s.dropCreditModel)
}

func (s *Server) listCreditModels(ctx context.Context, in *creditModelsInput) (*creditModelsOutput, error) {
	all, err := s.options.Planning.Credit.CreditModels(ctx, s.tenant(ctx), in.Name)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &creditModelsOutput{Body: api.CreditModelList{Items: make([]api.CreditModelVersion, len(all))}}
	for i, m := range all {
		if out.Body.Items[i], err = s.versionWords(m); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	return out, nil
}

func (s *Server) versionWords(m service.CreditModel) (api.CreditModelVersion, error) {
	card, err := cardWords(m)
	return api.CreditModelVersion{CreditModelCard: card, Version: m.Version, Champion: m.Champion, Training: m.JobID, CreatedAt: s.timeOf(m.CreatedUs)}, err
}

func (s *Server) crownCreditModel(ctx context.Context, in *creditVersionInput) (*creditVersionOutput, error) {
	m, err := s.options.Planning.Credit.CrownCreditModel(ctx, s.tenant(ctx), in.Name, in.Version)
	out := &creditVersionOutput{}
	if err == nil {
		out.Body, err = s.versionWords(m)
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return out, nil
}

func (s *Server) dropCreditModel(ctx context.Context, in *creditVersionInput) (*struct{}, error) {
	if err := s.options.Planning.Credit.DropCreditModel(ctx, s.tenant(ctx), in.Name, in.Version); err != nil {
		return nil, s.fail(ctx, err)
	}
	return nil, nil
}

func (s *Server) creditPoints(ctx context.Context, in *creditVersionInput) (*creditPointsOutput, error) {
	stored, err := s.options.Planning.Credit.CreditModel(ctx, s.tenant(ctx), in.Name, in.Version)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	m, err := service.ReadCreditModel(stored)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	base, lines, ok := m.PointsTable()
	if !ok {
		return nil, s.fail(ctx, fmt.Errorf("%w: version %d of %s is a %s model: only a scorecard has a table of points", service.ErrConflict, in.Version, in.Name, m.Kind))
	}
	out := &creditPointsOutput{Body: api.CreditPointsTable{Model: stored.Name, Version: stored.Version, Base: base, PDO: m.Points.PDO, Lines: make([]api.CreditPointsLine, len(lines))}}
	for i, l := range lines {
		out.Body.Lines[i] = api.CreditPointsLine{Characteristic: l.Characteristic, Attribute: l.Attribute, Points: l.Points, Cases: l.Cases, BadRate: l.BadRate, WOE: l.WOE}
	}
	return out, nil
}
