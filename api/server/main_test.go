package server_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind: a request that has been answered waits for nothing.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
