package main

import (
	"context"

	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	tri "dubbo.apache.org/dubbo-go/v3/protocol/triple/triple_protocol"
	"dubbo.apache.org/dubbo-go/v3/server"

	"thrice.invalid/dubbo-go/gen/kinds"
)

// What Dubbo-go is told of kinds.KindsService, through the interface that its generated code uses.

// Note is the only message of the service.
type Note = kinds.Note

var kindsClient = client.ClientInfo{
	InterfaceName: "kinds.KindsService",
	MethodNames:   []string{"Unary", "Watch", "Collect", "Chat"},
}

func newNote() any { return new(Note) }

func sameStream(stream any) any { return stream }

var kindsServer = server.ServiceInfo{
	InterfaceName: "kinds.KindsService",
	ServiceType:   (*kindsServiceHandler)(nil),
	Methods: []server.MethodInfo{
		{
			Name:        "Unary",
			Type:        constant.CallUnary,
			ReqInitFunc: newNote,
			MethodFunc: func(ctx context.Context, args []any, handler any) (any, error) {
				answer, err := handler.(kindsServiceHandler).Unary(ctx, args[0].(*Note))
				if err != nil {
					return nil, err
				}
				return tri.NewResponse(answer), nil
			},
		},
		{
			Name:           "Watch",
			Type:           constant.CallServerStream,
			ReqInitFunc:    newNote,
			StreamInitFunc: sameStream,
			MethodFunc: func(ctx context.Context, args []any, handler any) (any, error) {
				return nil, handler.(kindsServiceHandler).Watch(ctx, args[0].(*Note), args[1].(*tri.ServerStream))
			},
		},
		{
			Name:           "Collect",
			Type:           constant.CallClientStream,
			StreamInitFunc: sameStream,
			MethodFunc: func(ctx context.Context, args []any, handler any) (any, error) {
				answer, err := handler.(kindsServiceHandler).Collect(ctx, args[0].(*tri.ClientStream))
				if err != nil {
					return nil, err
				}
				return tri.NewResponse(answer), nil
			},
		},
		{
			Name:           "Chat",
			Type:           constant.CallBidiStream,
			StreamInitFunc: sameStream,
			MethodFunc: func(ctx context.Context, args []any, handler any) (any, error) {
				return nil, handler.(kindsServiceHandler).Chat(ctx, args[0].(*tri.BidiStream))
			},
		},
	},
}

type kindsServiceHandler interface {
	Unary(context.Context, *Note) (*Note, error)
	Watch(context.Context, *Note, *tri.ServerStream) error
	Collect(context.Context, *tri.ClientStream) (*Note, error)
	Chat(context.Context, *tri.BidiStream) error
}
