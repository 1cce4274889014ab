package store

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind: what a store starts, Close ends.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
