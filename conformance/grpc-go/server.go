package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"thrice.invalid/control"
	"thrice.invalid/grpc-go/gen/greet"
	"thrice.invalid/grpc-go/gen/kinds"
)

// Note is the only message of the test service.
type Note = kinds.Note

// serve runs a server until the driver closes the standard input. Told to stop, it does so gracefully.
func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.StatsHandler(compressionSeen{}))
	kinds.RegisterKindsServiceServer(server, &kindsServer{})
	greet.RegisterGreetServiceServer(server, &greeter{})
	board := health.NewServer()
	board.SetServingStatus("kinds.KindsService", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, board)
	reflection.Register(server)
	go func() {
		if err := server.Serve(listener); err != nil {
			control.Fail(err)
		}
	}()
	control.Tell(control.Event{Event: "listening", Port: listener.Addr().(*net.TCPAddr).Port})
	for control.WaitForDriver() {
		server.GracefulStop()
		control.Tell(control.Event{Event: "stopped"})
	}
	return nil
}

type kindsServer struct {
	kinds.UnimplementedKindsServiceServer
}

// say answers a text, and what the request's metadata asks for.
func (s *kindsServer) say(ctx context.Context, text string) (*Note, error) {
	incoming, _ := metadata.FromIncomingContext(ctx)
	first := func(name string) string {
		if name == "grpc-encoding" {
			return *ctx.Value(compressionKey{}).(*string)
		}
		return strings.Join(incoming.Get(name), ", ")
	}
	text, err := control.Say(ctx, "plain", text, first)
	if err != nil {
		return nil, statusError(ctx, err)
	}
	if said := first("x-say"); said != "" {
		grpc.SetTrailer(ctx, metadata.Pairs("x-said-last", said))
		// Later messages of a stream find the header gone already, which is said by an error.
		grpc.SetHeader(ctx, metadata.Pairs("x-said", said, "x-said-bin", first("x-say-bin")))
	}
	return &Note{Text: text}, nil
}

func (s *kindsServer) Unary(ctx context.Context, note *Note) (*Note, error) {
	return s.say(ctx, note.Text)
}

func (s *kindsServer) Watch(note *Note, stream grpc.ServerStreamingServer[Note]) error {
	said, err := s.say(stream.Context(), note.Text)
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

func (s *kindsServer) Collect(stream grpc.ClientStreamingServer[Note, Note]) error {
	var texts []string
	for {
		note, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&Note{Text: strings.Join(texts, "+")})
		} else if err != nil {
			return err
		}
		said, err := s.say(stream.Context(), note.Text)
		if err != nil {
			return err
		}
		texts = append(texts, said.Text)
	}
}

func (s *kindsServer) Chat(stream grpc.BidiStreamingServer[Note, Note]) error {
	for {
		note, err := stream.Recv()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		said, err := s.say(stream.Context(), note.Text)
		if err != nil {
			return err
		}
		if err := stream.Send(&Note{Text: "re: " + said.Text}); err != nil {
			return err
		}
	}
}

type greeter struct {
	greet.UnimplementedGreetServiceServer
	page control.Greeter
}

func (g *greeter) Greet(_ context.Context, request *greet.GreetRequest) (*greet.GreetResponse, error) {
	control.Tell(control.Event{Event: "log", Text: "Not need retry, request success"})
	return &greet.GreetResponse{Greeting: request.Name}, nil
}

func (g *greeter) GreetRetry(ctx context.Context, request *greet.GreetRequest) (*greet.GreetResponse, error) {
	name, err := g.page.GreetRetry(request.Name)
	if err != nil {
		return nil, statusError(ctx, err)
	}
	return &greet.GreetResponse{Greeting: name}, nil
}

// statusError gives a refusal the form that grpc-go wants; one without a code stays a plain error.
func statusError(ctx context.Context, err error) error {
	var refusal *control.Refusal
	if !errors.As(err, &refusal) {
		return status.FromContextError(err).Err()
	} else if refusal.Code == 0 {
		return err
	}
	if refusal.Meta != "" {
		grpc.SetTrailer(ctx, metadata.Pairs("x-m", refusal.Meta))
	}
	made := status.New(codes.Code(refusal.Code), refusal.Message)
	if refusal.Detail != "" {
		detailed, err := made.WithDetails(&Note{Text: refusal.Detail})
		if err != nil {
			return err
		}
		made = detailed
	}
	return made.Err()
}
