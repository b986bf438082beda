// Dubbo-go as a peer of the interop tests: a server or a client of kinds.KindsService and greet.GreetService, told by its first
// argument what it should be like. What is made of the protos by protoc-gen-go stands in gen/, which is not committed.
package main

import (
	"fmt"

	"thrice.invalid/control"
)

// Options is what the driver wants.
type Options struct {
	// Role is "server" or "client".
	Role string `json:"role"`
	// Port to listen on; Dubbo-go cannot be told to let the system choose.
	Port int `json:"port"`
	// Label is what the text "who" is answered with; "plain" if empty.
	Label string `json:"label"`
	// Token that callers have to bring; none if empty.
	Token string `json:"token"`
	// URL of the server, for a client without a registry.
	URL     string `json:"url"`
	Group   string `json:"group"`
	Version string `json:"version"`
	// Retries of the client; -1 leaves them to Dubbo-go.
	Retries int `json:"retries"`
	// JSON makes messages JSON, not protobuf.
	JSON bool `json:"json"`
	// Registry to publish in, or to find servers by.
	Registry *Registry `json:"registry"`
}

func main() {
	var options Options
	control.ReadOptions(&options)
	var err error
	switch options.Role {
	case "server":
		err = serve(options)
	case "client":
		err = call(options)
	default:
		err = fmt.Errorf("role must be server or client, got %q", options.Role)
	}
	if err != nil {
		control.Fail(err)
	}
}
