package main

import (
	"context"
	"fmt"

	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/protocol/triple/health/triple_health"
	"dubbo.apache.org/dubbo-go/v3/protocol/triple/reflection/triple_reflection"
	tri "dubbo.apache.org/dubbo-go/v3/protocol/triple/triple_protocol"

	"thrice.invalid/control"
)

// askBuiltIn calls the services that a server brings along.
func (o *outcome) askBuiltIn(ctx context.Context, made *client.Client, call control.Call) error {
	if call.Service == "reflection" {
		return o.listServices(ctx, made, call.Method == "listToEnd")
	}
	health, err := triple_health.NewHealth(made)
	if err != nil {
		return err
	}
	request := &triple_health.HealthCheckRequest{Service: call.Texts[0]}
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
	if !stream.Recv() {
		return stream.Err()
	}
	o.texts = append(o.texts, stream.Msg().Status.String())
	return stream.Close()
}

func (o *outcome) listServices(ctx context.Context, made *client.Client, toEnd bool) error {
	reflection, err := triple_reflection.NewServerReflection(made)
	if err != nil {
		return err
	}
	stream, err := reflection.ServerReflectionInfo(ctx)
	if err != nil {
		return err
	}
	question := &triple_reflection.ServerReflectionRequest{
		MessageRequest: &triple_reflection.ServerReflectionRequest_ListServices{},
	}
	if err := stream.Send(question); err != nil {
		return err
	}
	answer, err := stream.Recv()
	if err != nil {
		return err
	}
	list := answer.GetListServicesResponse()
	if list == nil {
		return fmt.Errorf("not a list of services: %v", answer)
	}
	for _, service := range list.Service {
		o.texts = append(o.texts, service.Name)
	}
	if err := stream.CloseRequest(); err != nil || !toEnd {
		return err
	}
	if _, err := stream.Recv(); !tri.IsEnded(err) {
		return err
	}
	return nil
}
