package app

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind: what an App starts, Close ends.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
