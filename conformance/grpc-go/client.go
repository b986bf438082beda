package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	"thrice.invalid/control"
	"thrice.invalid/grpc-go/gen/greet"
	"thrice.invalid/grpc-go/gen/kinds"
)

// call makes the calls that the driver asks for.
func call(options Options) error {
	connection, err := dial(options)
	if err != nil {
		return err
	}
	notes := kinds.NewKindsServiceClient(connection)
	control.ServeCalls(func(ctx context.Context, call control.Call) control.Outcome {
		got := &outcome{}
		ctx = context.WithValue(ctx, compressionKey{}, &got.compression)
		for name, value := range call.Header {
			if strings.HasSuffix(name, "-bin") {
				value = bytesFromText(value)
			}
			ctx = metadata.AppendToOutgoingContext(ctx, name, value)
		}
		if call.Service == "kinds" {
			return got.tell(got.make(ctx, notes, call))
		}
		return got.tell(got.askOther(ctx, connection, call))
	})
	return nil
}

func dial(options Options) (*grpc.ClientConn, error) {
	static := manual.NewBuilderWithScheme("static")
	state := resolver.State{}
	for _, address := range options.Addresses {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	static.InitialState(state)
	settings := []grpc.DialOption{
		grpc.WithResolvers(static),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(compressionSeen{}),
	}
	if options.Gzip {
		settings = append(settings, grpc.WithDefaultCallOptions(grpc.UseCompressor("gzip")))
	}
	if options.ServiceConfig != "" {
		settings = append(settings, grpc.WithDefaultServiceConfig(options.ServiceConfig))
	}
	return grpc.NewClient("static:///peers", settings...)
}

// outcome gathers what comes of a call.
type outcome struct {
	texts           []string
	header, trailer metadata.MD
	compression     string
}

func (o *outcome) make(ctx context.Context, notes kinds.KindsServiceClient, call control.Call) error {
	settings := []grpc.CallOption{grpc.Header(&o.header), grpc.Trailer(&o.trailer)}
	switch call.Method {
	case "unary":
		answer, err := notes.Unary(ctx, &Note{Text: call.Texts[0]}, settings...)
		if err != nil {
			return err
		}
		o.texts = append(o.texts, answer.Text)
		return nil
	case "watch":
		stream, err := notes.Watch(ctx, &Note{Text: call.Texts[0]}, settings...)
		if err != nil {
			return err
		}
		return o.readAll(stream.Recv)
	case "collect":
		return o.collect(ctx, notes, call, settings)
	case "chat":
		return o.chat(ctx, notes, call, settings)
	}
	return fmt.Errorf("there is no method %q", call.Method)
}

func (o *outcome) collect(ctx context.Context, notes kinds.KindsServiceClient, call control.Call, settings []grpc.CallOption) error {
	stream, err := notes.Collect(ctx, settings...)
	if err != nil {
		return err
	}
	for _, text := range call.Texts {
		if err := stream.Send(&Note{Text: text}); err != nil {
			break // the answer tells why
		}
	}
	if call.HoldsOpen {
		<-ctx.Done()
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return err
	}
	o.texts = append(o.texts, answer.Text)
	return nil
}

func (o *outcome) chat(ctx context.Context, notes kinds.KindsServiceClient, call control.Call, settings []grpc.CallOption) error {
	stream, err := notes.Chat(ctx, settings...)
	if err != nil {
		return err
	}
	for _, text := range call.Texts {
		if err := stream.Send(&Note{Text: text}); err != nil {
			break // the answer tells why
		}
		if !call.AwaitsAnswers {
			continue
		}
		answer, err := stream.Recv()
		if err != nil {
			return err
		}
		o.texts = append(o.texts, answer.Text)
	}
	if !call.HoldsOpen {
		if err := stream.CloseSend(); err != nil {
			return err
		}
	}
	return o.readAll(stream.Recv)
}

func (o *outcome) readAll(receive func() (*Note, error)) error {
	for {
		answer, err := receive()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		o.texts = append(o.texts, answer.Text)
	}
}

func (o *outcome) greet(ctx context.Context, connection *grpc.ClientConn, call control.Call) error {
	client := greet.NewGreetServiceClient(connection)
	method := client.Greet
	if call.Method == "greetRetry" {
		method = client.GreetRetry
	}
	answer, err := method(ctx, &greet.GreetRequest{Name: call.Texts[0]})
	if err != nil {
		return err
	}
	o.texts = append(o.texts, answer.Greeting)
	return nil
}

func (o *outcome) tell(err error) control.Outcome {
	told := control.Outcome{Texts: o.texts, Header: texts(o.header), Trailer: texts(o.trailer)}
	if o.compression != "" {
		told.Header["grpc-encoding"] = []string{o.compression}
	}
	if err == nil {
		return told
	}
	var failed interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &failed) {
		told.Error = &control.Failure{Code: -1, Message: err.Error()}
		return told
	}
	made := failed.GRPCStatus().Proto()
	told.Error = &control.Failure{Code: int(made.Code), Message: made.Message, Metadata: told.Trailer}
	for _, detail := range made.Details {
		name := string(detail.MessageName())
		told.Error.Details = append(told.Error.Details, control.Detail{Type: name, Value: detail.Value})
	}
	return told
}

func texts(from metadata.MD) map[string][]string {
	made := map[string][]string{}
	for name, values := range from {
		for _, value := range values {
			if strings.HasSuffix(name, "-bin") {
				value = textFromBytes(value)
			}
			made[name] = append(made[name], value)
		}
	}
	return made
}

// bytesFromText reads what the driver writes for a value in bytes.
func bytesFromText(text string) string {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		control.Fail(err)
	}
	return string(bytes)
}

// textFromBytes writes a value in bytes as the driver reads it.
func textFromBytes(bytes string) string { return base64.StdEncoding.EncodeToString([]byte(bytes)) }
