package service

import (
	"context"
	"log/slog"
	"time"
)

// Sweeper gives back what was held too long and forgets what need not be kept. Any number of Sweepers may share one store.
type Sweeper struct {
	Quotes  QuoteStore
	Answers AnswerStore
	Roads   RoadStore    // nil = none are kept
	Log     *slog.Logger // nil = discard
}

// How often what is swept, and how much at a time.
const (
	holdsEvery   = 5 * time.Second
	answersEvery = time.Minute
	sweepAtOnce  = 500
	// keepConditions is how long a road condition that ended is still listed.
	keepConditions = 30 * 24 * time.Hour
)

// Run sweeps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) {
	log := s.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	var answers time.Time
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(ctx, storeWait)
		if _, err := s.Quotes.ExpireReservations(call, sweepAtOnce); err != nil && ctx.Err() == nil {
			log.Warn("reservations that ran out were not given back, will try again", "error", err)
		}
		if time.Since(answers) > answersEvery {
			answers = time.Now()
			if _, err := s.Answers.SweepAnswers(call, sweepAtOnce); err != nil && ctx.Err() == nil {
				log.Warn("old answers were not forgotten, will try again", "error", err)
			}
			if s.Roads != nil {
				if _, err := s.Roads.SweepRoadConditions(call, keepConditions, sweepAtOnce); err != nil && ctx.Err() == nil {
					log.Warn("old road conditions were not forgotten, will try again", "error", err)
				}
			}
		}
		cancel()
		wait(ctx, holdsEvery, nil)
	}
}
