package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"dubbo.apache.org/dubbo-go/v3"
	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	tri "dubbo.apache.org/dubbo-go/v3/protocol/triple/triple_protocol"

	"thrice.invalid/control"
	"thrice.invalid/dubbo-go/gen/greet"
)

// call makes the calls that the driver asks for.
func call(options Options) error {
	references, err := newReferences(options)
	if err != nil {
		return err
	}
	notes, err := references.dial("kinds.KindsService", &kindsClient,
		client.WithGroup(options.Group), client.WithVersion(options.Version))
	if err != nil {
		return err
	}
	// Not before it is asked for: discovery of a service that nobody provides is an error.
	greetings := sync.OnceValues(func() (*client.Connection, error) {
		return references.dial("greet.GreetService", &greetClient)
	})
	control.ServeCalls(func(ctx context.Context, call control.Call) control.Outcome {
		got := &outcome{}
		ctx = context.WithValue(ctx, constant.AttachmentKey, call.Header)
		switch call.Service {
		case "kinds":
			return got.tell(got.make(ctx, notes, call))
		case "greet":
			connection, err := greetings()
			if err == nil {
				err = got.greet(ctx, connection, call)
			}
			return got.tell(err)
		}
		made, err := references.newClient()
		if err == nil {
			err = got.askBuiltIn(ctx, made, call)
		}
		return got.tell(err)
	})
	return nil
}

// references makes a client for each service: two that one client makes get hold of each other's options, so that providers
// found later are called for the wrong service.
type references struct {
	instance *dubbo.Instance
	settings []client.ClientOption
}

func newReferences(options Options) (*references, error) {
	made := &references{}
	if options.URL != "" {
		made.settings = append(made.settings, client.WithClientURL(options.URL))
	}
	if options.Retries >= 0 {
		made.settings = append(made.settings, client.WithClientRetries(options.Retries))
	}
	if options.JSON {
		made.settings = append(made.settings, client.WithClientSerializationJSON())
	}
	if options.Registry == nil {
		return made, nil
	}
	instance, err := newInstance(options.Registry)
	made.instance = instance
	return made, err
}

func (r *references) newClient() (*client.Client, error) {
	if r.instance == nil {
		return client.NewClient(r.settings...)
	}
	return r.instance.NewClient(r.settings...)
}

func (r *references) dial(name string, info *client.ClientInfo, settings ...client.ReferenceOption) (*client.Connection, error) {
	made, err := r.newClient()
	if err != nil {
		return nil, err
	}
	return made.DialWithInfo(name, info, settings...)
}

// outcome gathers what comes of a call.
type outcome struct {
	texts           []string
	header, trailer http.Header
}

func (o *outcome) add(note *Note) { o.texts = append(o.texts, note.Text) }

func (o *outcome) make(ctx context.Context, connection *client.Connection, call control.Call) error {
	settings := []client.CallOption{client.WithResponseHeader(&o.header), client.WithResponseTrailer(&o.trailer)}
	if call.Retries >= 0 {
		settings = append(settings, client.WithCallRetries(call.Retries))
	}
	switch call.Method {
	case "unary":
		answer := new(Note)
		if err := connection.CallUnary(ctx, []any{&Note{Text: call.Texts[0]}}, answer, "Unary", settings...); err != nil {
			return err
		}
		o.add(answer)
		return nil
	case "watch":
		return o.watch(ctx, connection, call)
	case "collect":
		return o.collect(ctx, connection, call)
	case "chat":
		return o.chat(ctx, connection, call)
	}
	return fmt.Errorf("there is no method %q", call.Method)
}

func (o *outcome) greet(ctx context.Context, connection *client.Connection, call control.Call) error {
	answer := new(greet.GreetResponse)
	name := strings.ToUpper(call.Method[:1]) + call.Method[1:]
	if err := connection.CallUnary(ctx, []any{&greet.GreetRequest{Name: call.Texts[0]}}, answer, name); err != nil {
		return err
	}
	o.texts = append(o.texts, answer.Greeting)
	return nil
}

func (o *outcome) watch(ctx context.Context, connection *client.Connection, call control.Call) error {
	opened, err := connection.CallServerStream(ctx, &Note{Text: call.Texts[0]}, "Watch")
	if err != nil {
		return err
	}
	stream := opened.(*tri.ServerStreamForClient)
	for stream.Receive(new(Note)) {
		o.add(stream.Msg().(*Note))
	}
	o.header, o.trailer = stream.ResponseHeader(), stream.ResponseTrailer()
	return errors.Join(stream.Err(), stream.Close())
}

func (o *outcome) collect(ctx context.Context, connection *client.Connection, call control.Call) error {
	opened, err := connection.CallClientStream(ctx, "Collect")
	if err != nil {
		return err
	}
	stream := opened.(*tri.ClientStreamForClient)
	for _, text := range call.Texts {
		if err := stream.Send(&Note{Text: text}); err != nil {
			break // the answer tells why
		}
	}
	if call.HoldsOpen {
		<-ctx.Done()
	}
	answer := tri.NewResponse(new(Note))
	err = stream.CloseAndReceive(answer)
	o.header, o.trailer = answer.Header(), answer.Trailer()
	if err == nil {
		o.add(answer.Msg.(*Note))
	}
	return err
}

func (o *outcome) chat(ctx context.Context, connection *client.Connection, call control.Call) error {
	opened, err := connection.CallBidiStream(ctx, "Chat")
	if err != nil {
		return err
	}
	stream := opened.(*tri.BidiStreamForClient)
	defer func() { o.header, o.trailer = stream.ResponseHeader(), stream.ResponseTrailer() }()
	for _, text := range call.Texts {
		if err := stream.Send(&Note{Text: text}); err != nil {
			break // the answer tells why
		}
		if !call.AwaitsAnswers {
			continue
		}
		answer := new(Note)
		if err := stream.Receive(answer); err != nil {
			return err
		}
		o.add(answer)
	}
	if !call.HoldsOpen {
		if err := stream.CloseRequest(); err != nil {
			return err
		}
	}
	for {
		answer := new(Note)
		if err := stream.Receive(answer); tri.IsEnded(err) {
			return stream.CloseResponse()
		} else if err != nil {
			return err
		}
		o.add(answer)
	}
}

func (o *outcome) tell(err error) control.Outcome {
	told := control.Outcome{Texts: o.texts, Header: o.header, Trailer: o.trailer}
	if err == nil {
		return told
	}
	told.Error = &control.Failure{Code: int(tri.CodeOf(err)), Message: err.Error()}
	var failed *tri.Error
	if errors.As(err, &failed) {
		told.Error.Message = failed.Message()
		told.Error.Metadata = failed.Meta()
		for _, detail := range failed.Details() {
			told.Error.Details = append(told.Error.Details, control.Detail{Type: detail.Type(), Value: detail.Bytes()})
		}
	}
	return told
}
