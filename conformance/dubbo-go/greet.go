package main

import (
	"context"

	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	tri "dubbo.apache.org/dubbo-go/v3/protocol/triple/triple_protocol"
	"dubbo.apache.org/dubbo-go/v3/server"

	"thrice.invalid/control"
	"thrice.invalid/dubbo-go/gen/greet"
)

// The service of Dubbo-go's page on request retry.

var greetClient = client.ClientInfo{
	InterfaceName: "greet.GreetService",
	MethodNames:   []string{"Greet", "GreetRetry"},
}

type greetServiceHandler interface {
	Greet(context.Context, *greet.GreetRequest) (*greet.GreetResponse, error)
	GreetRetry(context.Context, *greet.GreetRequest) (*greet.GreetResponse, error)
}

type greetMethod func(greetServiceHandler, context.Context, *greet.GreetRequest) (*greet.GreetResponse, error)

func unaryGreet(name string, method greetMethod) server.MethodInfo {
	return server.MethodInfo{
		Name:        name,
		Type:        constant.CallUnary,
		ReqInitFunc: func() any { return new(greet.GreetRequest) },
		MethodFunc: func(ctx context.Context, args []any, handler any) (any, error) {
			answer, err := method(handler.(greetServiceHandler), ctx, args[0].(*greet.GreetRequest))
			if err != nil {
				return nil, err
			}
			return tri.NewResponse(answer), nil
		},
	}
}

var greetServer = server.ServiceInfo{
	InterfaceName: "greet.GreetService",
	ServiceType:   (*greetServiceHandler)(nil),
	Methods: []server.MethodInfo{
		unaryGreet("Greet", greetServiceHandler.Greet),
		unaryGreet("GreetRetry", greetServiceHandler.GreetRetry),
	},
}

// Greeter is the handler of the page.
type Greeter struct{ page control.Greeter }

// Greet answers at once.
func (g *Greeter) Greet(_ context.Context, request *greet.GreetRequest) (*greet.GreetResponse, error) {
	control.Tell(control.Event{Event: "log", Text: "Not need retry, request success"})
	return &greet.GreetResponse{Greeting: request.Name}, nil
}

// GreetRetry fails with a code, as Dubbo-go's client takes a plain error of a handler for one that no retry mends.
func (g *Greeter) GreetRetry(_ context.Context, request *greet.GreetRequest) (*greet.GreetResponse, error) {
	name, err := g.page.GreetRetry(request.Name)
	if err != nil {
		return nil, tripleError(err)
	}
	return &greet.GreetResponse{Greeting: name}, nil
}
