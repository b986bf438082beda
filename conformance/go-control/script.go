package control

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Refusal is an error that a text asks a handler for. Each peer makes it into an error of its own.
type Refusal struct {
	// Code as in gRPC. 0 asks for an error without a code, which is code 17 from Dubbo-go.
	Code    int
	Message string
	// Detail is the text of a Note that goes along; none if empty.
	Detail string
	// Meta goes into the trailer as "x-m"; none if empty.
	Meta string
}

func (r *Refusal) Error() string { return r.Message }

// Say answers a text as all handlers of the tests do, ours in TypeScript too: conformance/interop/thrice-script.ts.
//
//	fail          not_found, with a detail and metadata
//	fail 7        the code 7, with the message "code 7", the detail "detail 7" and the metadata "7"
//	business      an error without a code
//	time          the milliseconds that are left
//	wait          waits until the caller is gone
//	tell NAME     the request's header NAME
//	grow N        a text of N letters
//	who           the label of the implementation
//	sleep N       the same text, after N milliseconds
//	asked         how often "business" came since this was last asked
//
// Anything else is answered as it came. header looks up a header of the request by its name in lower case.
func Say(ctx context.Context, label, text string, header func(name string) string) (string, error) {
	verb, rest, _ := strings.Cut(text, " ")
	switch verb {
	case "fail":
		if code, err := strconv.Atoi(rest); err == nil {
			return "", &Refusal{Code: code, Message: "code " + rest, Detail: "detail " + rest, Meta: rest}
		}
		return "", &Refusal{Code: 5, Message: "no 100% ü", Detail: "why", Meta: "3"}
	case "business":
		asked.Add(1)
		return "", &Refusal{Message: "not enough stock"}
	case "time":
		deadline, ok := ctx.Deadline()
		if !ok {
			return "none", nil
		}
		return strconv.FormatInt(time.Until(deadline).Milliseconds(), 10), nil
	case "wait":
		Tell(Event{Event: "begun"})
		<-ctx.Done()
		Tell(Event{Event: "gone"})
		return "", ctx.Err()
	case "tell":
		return header(rest), nil
	case "grow":
		size, err := strconv.Atoi(rest)
		if err != nil {
			return "", &Refusal{Code: 3, Message: err.Error()}
		}
		return strings.Repeat("x", size), nil
	case "who":
		return label, nil
	case "sleep":
		milliseconds, err := strconv.Atoi(rest)
		if err != nil {
			return "", &Refusal{Code: 3, Message: err.Error()}
		}
		Tell(Event{Event: "begun"})
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	case "asked":
		return strconv.FormatInt(asked.Swap(0), 10), nil
	}
	return text, nil
}

var asked atomic.Int64

// Greeter is the handler of Dubbo-go's page on request retry: it fails three times, then answers.
type Greeter struct{ requestTime int }

// GreetRetry answers the name, or fails with the code.
func (g *Greeter) GreetRetry(name string) (string, error) {
	if g.requestTime < 3 {
		g.requestTime++
		Tell(Event{Event: "log", Text: fmt.Sprintf("retry %d times", g.requestTime)})
		return "", &Refusal{Code: 13, Message: fmt.Sprintf("retry %d times", g.requestTime)}
	}
	Tell(Event{Event: "log", Text: fmt.Sprintf("retry success, current request time is %d", g.requestTime)})
	g.requestTime = 0
	return name, nil
}
