package service

import (
	"errors"
	"fmt"
)

// What can go wrong, in few words; anything else is an internal fault.
var (
	// ErrNotFound: there is no such thing, or it is another tenant's.
	ErrNotFound = errors.New("service: not found")
	// ErrConflict: the thing is there already and differs, or its state does not allow this.
	ErrConflict = errors.New("service: conflict")
	// ErrUndeclared: there is no business yet whose items and sites could be meant. It is an ErrConflict.
	ErrUndeclared = fmt.Errorf("%w: no business is declared yet; import orders and declare sites first", ErrConflict)
	// ErrInvalid: the request itself is wrong; the text names the field.
	ErrInvalid = errors.New("service: invalid")
	// ErrTokenLost: the job or lease went to somebody else, or was ended; nothing was written.
	ErrTokenLost = errors.New("service: token lost")
	// ErrCancelRequested: somebody asked to cancel the running job, so that it may not go on; nothing was written.
	ErrCancelRequested = errors.New("service: cancel requested")
	// ErrUnavailable: the database cannot be reached now; trying again later may help.
	ErrUnavailable = errors.New("service: store unavailable")
)

// transientError marks an error that may pass by itself.
type transientError struct{ err error }

func (e transientError) Error() string { return e.err.Error() }
func (e transientError) Unwrap() error { return e.err }

// Transient marks err as one that may pass by itself, so that the job is tried again later. Transient(nil) is nil.
func Transient(err error) error {
	if err == nil {
		return nil
	}
	return transientError{err}
}

// IsTransient reports whether err was marked by Transient or says that the store is unavailable.
func IsTransient(err error) bool {
	return errors.As(err, new(transientError)) || errors.Is(err, ErrUnavailable)
}
