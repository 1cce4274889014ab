package combine

import (
	"quartermaster/forecast"
	"quartermaster/internal/rng"
)

// prepared is a series with its history, made once for all the models that agree on the pooled week.
type prepared struct {
	series    forecast.Series
	histories []*observed
}

type observed struct {
	pooled  *forecast.Profile
	history forecast.History
}

// history gives the history as m would observe it; a model that does not say how gets the one of a flat week.
func (p *prepared) history(m forecast.Model) *forecast.History {
	var pooled *forecast.Profile
	if hm, ok := m.(forecast.HistoryModel); ok {
		pooled = hm.Pooled()
	}
	for _, s := range p.histories {
		if s.pooled == pooled || s.pooled != nil && pooled != nil && *s.pooled == *pooled {
			return &s.history
		}
	}
	s := &observed{pooled, forecast.Observe(p.series, pooled)}
	p.histories = append(p.histories, s)
	return &s.history
}

// answer is m.Forecast of the series.
func (p *prepared) answer(m forecast.Model, ask forecast.Ask, seed uint64) forecast.Forecast {
	hm, ok := m.(forecast.HistoryModel)
	if !ok {
		return m.Forecast(p.series, ask.Horizon, ask.Levels, ask.Lead, seed)
	}
	if ask.Lead != nil {
		ask.Rand = rng.New(seed, "forecast", p.series.ID)
	}
	return hm.Answer(p.history(m), ask)
}
