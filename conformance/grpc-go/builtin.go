package main

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"

	"thrice.invalid/control"
)

// askOther calls a service other than the test service.
func (o *outcome) askOther(ctx context.Context, connection *grpc.ClientConn, call control.Call) error {
	switch call.Service {
	case "greet":
		return o.greet(ctx, connection, call)
	case "health":
		return o.askHealth(ctx, grpc_health_v1.NewHealthClient(connection), call)
	case "reflection":
		return o.listServices(ctx, grpc_reflection_v1.NewServerReflectionClient(connection))
	}
	return fmt.Errorf("there is no service %q", call.Service)
}

func (o *outcome) askHealth(ctx context.Context, health grpc_health_v1.HealthClient, call control.Call) error {
	request := &grpc_health_v1.HealthCheckRequest{Service: call.Texts[0]}
	if call.Method == "check" {
		answer, err := health.Check(ctx, request)
		if err == nil {
			o.texts = append(o.texts, answer.Status.String())
		}
		return err
	}
	stream, err := health.Watch(ctx, request)
	if err != nil {
		return err
	}
	answer, err := stream.Recv()
	if err == nil {
		o.texts = append(o.texts, answer.Status.String())
	}
	return err
}

func (o *outcome) listServices(ctx context.Context, reflection grpc_reflection_v1.ServerReflectionClient) error {
	stream, err := reflection.ServerReflectionInfo(ctx)
	if err != nil {
		return err
	}
	question := &grpc_reflection_v1.ServerReflectionRequest{
		MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{},
	}
	if err := stream.Send(question); err != nil {
		return err
	}
	answer, err := stream.Recv()
	if err != nil {
		return err
	}
	for _, service := range answer.GetListServicesResponse().GetService() {
		o.texts = append(o.texts, service.Name)
	}
	return stream.CloseSend()
}
