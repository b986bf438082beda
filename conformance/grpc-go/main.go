// grpc-go as a peer of the interop tests: a server or a client of kinds.KindsService and greet.GreetService, told by its first
// argument what it should be like. What is made of the protos stands in gen/, which is not committed.
package main

import (
	"context"
	"fmt"

	"google.golang.org/grpc/stats"

	"thrice.invalid/control"
)

// Options is what the driver wants.
type Options struct {
	// Role is "server" or "client".
	Role string `json:"role"`
	// Addresses of the servers, for a client.
	Addresses []string `json:"addresses"`
	// Gzip compresses what a client sends.
	Gzip bool `json:"gzip"`
	// ServiceConfig of a client, in JSON.
	ServiceConfig string `json:"serviceConfig"`
}

func main() {
	var options Options
	control.ReadOptions(&options)
	var err error
	switch options.Role {
	case "server":
		err = serve()
	case "client":
		err = call(options)
	default:
		err = fmt.Errorf("role must be server or client, got %q", options.Role)
	}
	if err != nil {
		control.Fail(err)
	}
}

// compressionSeen notes how what came in was compressed: grpc-go keeps that header to itself.
type compressionSeen struct{}

type compressionKey struct{}

func (compressionSeen) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	if _, ok := ctx.Value(compressionKey{}).(*string); ok {
		return ctx // a client has brought its own
	}
	return context.WithValue(ctx, compressionKey{}, new(string))
}

func (compressionSeen) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if header, ok := event.(*stats.InHeader); ok {
		*ctx.Value(compressionKey{}).(*string) = header.Compression
	}
}

func (compressionSeen) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (compressionSeen) HandleConn(context.Context, stats.ConnStats) {}
