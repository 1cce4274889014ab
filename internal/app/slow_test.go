package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// A thousand connections that send headers or bodies byte by byte, or nothing at all: whoever asks in order meanwhile is
// answered, the memory that they take is bounded, and those that never end their headers are let go. How fast the others
// are answered is the bench's business (bench siege).
func TestSlowConnections(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	a, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Start(t.Context(), StartOptions{Planning: &service.Planning{}}); err != nil {
		t.Fatal(err)
	}
	address := a.web.listener.Addr().String()
	ask := func() {
		t.Helper()
		res, err := http.Get("http://" + address + "/v1/jobs?limit=1")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("an orderly request: %d, %v", res.StatusCode, err)
		}
	}
	ask()
	before := inUse()
	const each = 500
	var slow []net.Conn
	for i := range 2 * each {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i+1, err)
		}
		defer c.Close()
		slow = append(slow, c)
		begin := "POST /v1/orders/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		if i >= each {
			begin += fmt.Sprintf("Content-Length: %d\r\n\r\n{", 8<<20) // room is not made for what is only announced
		}
		if _, err := io.WriteString(c, begin); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		for _, c := range slow[:each] {
			_, _ = io.WriteString(c, "X") // it may be closed already
		}
		ask()
	}
	if grown := inUse() - before; grown > 100<<20 {
		t.Errorf("1,000 slow connections take %d MB", grown>>20)
	}
	var ended sync.WaitGroup
	for _, c := range slow[:each] {
		ended.Go(func() {
			_ = c.SetReadDeadline(time.Now().Add(time.Minute))
			told, err := io.ReadAll(c)
			if err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("headers without end: %q, %v", told, err)
			}
		})
	}
	ended.Wait()
	ask()
}

// inUse is what heap and stacks take now.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
