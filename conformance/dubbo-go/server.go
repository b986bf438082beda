package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dubbo.apache.org/dubbo-go/v3/protocol"
	tri "dubbo.apache.org/dubbo-go/v3/protocol/triple/triple_protocol"
	"dubbo.apache.org/dubbo-go/v3/server"

	"thrice.invalid/control"
)

// serve runs a server until the driver closes the standard input.
func serve(options Options) error {
	listens := server.WithServerProtocol(protocol.WithTriple(), protocol.WithIp("127.0.0.1"), protocol.WithPort(options.Port))
	made, err := newServer(options, listens, server.WithServerToken(options.Token))
	if err != nil {
		return err
	}
	services := []func() error{
		func() error { return made.Register(&KindsHandler{label: cmp.Or(options.Label, "plain")}, &kindsServer) },
		func() error { return made.Register(&Greeter{}, &greetServer) },
	}
	if options.Group != "" || options.Version != "" {
		services = append(services, func() error {
			handler := &GroupedHandler{KindsHandler{label: options.Group + "/" + options.Version}}
			return made.Register(handler, &kindsServer, server.WithGroup(options.Group), server.WithVersion(options.Version))
		})
	}
	for _, register := range services {
		if err := register(); err != nil {
			return err
		}
	}
	go func() {
		if err := made.Serve(); err != nil {
			control.Fail(err)
		}
	}()
	awaitListener(options.Port)
	control.Tell(control.Event{Event: "listening", Port: options.Port})
	control.WaitForDriver()
	return nil
}

func newServer(options Options, settings ...server.ServerOption) (*server.Server, error) {
	if options.Registry == nil {
		return server.NewServer(settings...)
	}
	instance, err := newInstance(options.Registry)
	if err != nil {
		return nil, err
	}
	return instance.NewServer(settings...)
}

// awaitListener returns when somebody listens; Dubbo-go does not tell.
func awaitListener(port int) {
	for {
		connection, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			connection.Close()
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// KindsHandler answers as control.Say does. Dubbo-go wants handlers of exported types.
type KindsHandler struct{ label string }

// GroupedHandler is a type of its own, as Dubbo-go tells handlers apart by the names of their types.
type GroupedHandler struct{ KindsHandler }

// exchange is where a handler finds the headers of a call.
type exchange interface {
	RequestHeader() http.Header
	ResponseHeader() http.Header
	ResponseTrailer() http.Header
}

// say answers a text, and what the request's header asks for.
func (h *KindsHandler) say(ctx context.Context, note *Note, call exchange) (*Note, error) {
	text, err := control.Say(ctx, h.label, note.Text, call.RequestHeader().Get)
	if err != nil {
		return nil, tripleError(err)
	}
	if said := call.RequestHeader().Get("x-say"); said != "" {
		call.ResponseHeader().Set("x-said", said)
		call.ResponseTrailer().Set("x-said-last", said)
	}
	if said := call.RequestHeader().Get("x-say-bin"); said != "" {
		call.ResponseHeader().Set("x-said-bin", said)
	}
	return &Note{Text: text}, nil
}

// unaryExchange keeps what a unary handler sets until it can be handed over.
type unaryExchange struct{ request, header, trailer http.Header }

func (e *unaryExchange) RequestHeader() http.Header   { return e.request }
func (e *unaryExchange) ResponseHeader() http.Header  { return e.header }
func (e *unaryExchange) ResponseTrailer() http.Header { return e.trailer }

// Unary answers what it is asked.
func (h *KindsHandler) Unary(ctx context.Context, note *Note) (*Note, error) {
	incoming, _ := tri.FromIncomingContext(ctx)
	call := &unaryExchange{request: incoming, header: http.Header{}, trailer: http.Header{}}
	said, err := h.say(ctx, note, call)
	if err != nil {
		return nil, err
	}
	return said, errors.Join(tri.SetHeader(ctx, call.header), tri.SetTrailer(ctx, call.trailer))
}

// Watch answers letter by letter.
func (h *KindsHandler) Watch(ctx context.Context, note *Note, stream *tri.ServerStream) error {
	said, err := h.say(ctx, note, stream.Conn())
	if err != nil {
		return err
	}
	for _, letter := range said.Text {
		if err := stream.Send(&Note{Text: string(letter)}); err != nil {
			return err
		}
	}
	return nil
}

// Collect joins what it is asked.
func (h *KindsHandler) Collect(ctx context.Context, stream *tri.ClientStream) (*Note, error) {
	var texts []string
	for stream.Receive(new(Note)) {
		said, err := h.say(ctx, stream.Msg().(*Note), stream.Conn())
		if err != nil {
			return nil, err
		}
		texts = append(texts, said.Text)
	}
	return &Note{Text: strings.Join(texts, "+")}, stream.Err()
}

// Chat answers each message.
func (h *KindsHandler) Chat(ctx context.Context, stream *tri.BidiStream) error {
	for {
		note := new(Note)
		if err := stream.Receive(note); tri.IsEnded(err) {
			return nil
		} else if err != nil {
			return err
		}
		said, err := h.say(ctx, note, stream)
		if err != nil {
			return err
		}
		if err := stream.Send(&Note{Text: "re: " + said.Text}); err != nil {
			return err
		}
	}
}

// tripleError gives a refusal the form that Dubbo-go wants; one without a code stays a plain error.
func tripleError(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return tri.NewError(tri.CodeDeadlineExceeded, err)
	case errors.Is(err, context.Canceled):
		return tri.NewError(tri.CodeCanceled, err)
	}
	var refusal *control.Refusal
	if !errors.As(err, &refusal) || refusal.Code == 0 {
		return err
	}
	made := tri.NewError(tri.Code(refusal.Code), errors.New(refusal.Message))
	if refusal.Detail != "" {
		if detail, err := tri.NewErrorDetail(&Note{Text: refusal.Detail}); err == nil {
			made.AddDetail(detail)
		}
	}
	if refusal.Meta != "" {
		made.Meta().Set("X-M", refusal.Meta)
	}
	return made
}
