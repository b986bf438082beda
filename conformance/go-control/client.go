package control

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ServeCalls makes the calls that the driver asks for, each in a goroutine, until the driver closes the standard input.
func ServeCalls(makeCall func(ctx context.Context, call Call) Outcome) {
	var lock sync.Mutex
	cancels := map[int]context.CancelFunc{}
	input := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<16))
	for {
		var call Call
		if err := input.Decode(&call); err == io.EOF {
			return
		} else if err != nil {
			Fail(fmt.Errorf("cannot read what the driver asks for: %w", err))
		}
		lock.Lock()
		if call.Cancels {
			cancels[call.ID]()
			lock.Unlock()
			continue
		}
		ctx, cancel := contextOf(call)
		cancels[call.ID] = cancel
		lock.Unlock()
		go func() {
			defer cancel()
			outcome := makeCall(ctx, call)
			outcome.ID = call.ID
			Tell(outcome)
		}()
	}
}

func contextOf(call Call) (context.Context, context.CancelFunc) {
	if call.TimeoutMs > 0 {
		return context.WithTimeout(context.Background(), time.Duration(call.TimeoutMs)*time.Millisecond)
	}
	return context.WithCancel(context.Background())
}

// Fail ends the program, saying why on the standard error.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// WaitForDriver returns when the driver closes the standard input, or says "stop" on it, which it answers with true.
func WaitForDriver() (stops bool) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() == "stop" {
			return true
		}
	}
	return false
}

// ReadOptions reads the first argument of the program, which is JSON.
func ReadOptions(options any) {
	if len(os.Args) < 2 {
		Fail(fmt.Errorf("the first argument must be the options, in JSON"))
	}
	if err := json.Unmarshal([]byte(os.Args[1]), options); err != nil {
		Fail(fmt.Errorf("the options are not JSON: %w", err))
	}
}
