package command

import (
	"context"
	"errors"

	"quartermaster/internal/bench"
	"quartermaster/internal/service"
)

// The exit codes of the program.
const (
	ExitDone       = 0
	ExitFailed     = 1
	ExitUsage      = 2
	ExitInfeasible = 3
	ExitOutOfTime  = 4
)

// usageError is a mistake in what was asked for.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitError ends the program with a code of its own; without an error inside, all was said already.
type exitError struct {
	code int
	error
}

func (e exitError) Unwrap() error { return e.error }

func (e exitError) Error() string {
	if e.error == nil {
		return ""
	}
	return e.error.Error()
}

// infeasible says that the question was understood and has no answer.
func infeasible(err error) error { return exitError{ExitInfeasible, err} }

func exitCode(err error) int {
	var own exitError
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &own):
		return own.code
	case errors.As(err, new(usageError)), errors.Is(err, bench.ErrUsage), errors.Is(err, service.ErrInvalid):
		return ExitUsage
	case errors.Is(err, context.DeadlineExceeded):
		return ExitOutOfTime
	}
	return ExitFailed
}
