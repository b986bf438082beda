// Package control is how the drivers of the interop tests talk to a peer written in Go: messages in JSON, one a line, to its
// standard input, and from its descriptor 3. The same is spoken in TypeScript: conformance/interop/control.ts.
package control

import (
	"encoding/json"
	"os"
	"sync"
)

// Call asks a client for one call.
type Call struct {
	ID int `json:"id"`
	// Service is "kinds", "greet", "health" or "reflection".
	Service string            `json:"service"`
	Method  string            `json:"method"`
	Texts   []string          `json:"texts"`
	Header  map[string]string `json:"header"`
	// TimeoutMs bounds the call; 0 leaves it to the client.
	TimeoutMs int `json:"timeoutMs"`
	// HoldsOpen leaves the sending half open after the last text.
	HoldsOpen bool `json:"holdsOpen"`
	// AwaitsAnswers waits for an answer to each text before it sends the next.
	AwaitsAnswers bool `json:"awaitsAnswers"`
	// Retries of this call; -1 leaves them to the client.
	Retries int `json:"retries"`
	// Cancels gives up the call of this id, instead of making one.
	Cancels bool `json:"cancels"`
}

// Outcome tells how a call ended.
type Outcome struct {
	ID      int                 `json:"id"`
	Texts   []string            `json:"texts"`
	Header  map[string][]string `json:"header"`
	Trailer map[string][]string `json:"trailer"`
	Error   *Failure            `json:"error,omitempty"`
}

// Failure is the error of a call.
type Failure struct {
	Code     int                 `json:"code"`
	Message  string              `json:"message"`
	Details  []Detail            `json:"details"`
	Metadata map[string][]string `json:"metadata"`
}

// Detail is one detail of an error. Value is the message in protobuf, in Base64.
type Detail struct {
	Type  string `json:"type"`
	Value []byte `json:"value"`
}

// Event is what a server tells: the port it listens on, how far a waiting call is, or a line of its log.
type Event struct {
	Event string `json:"event"`
	Port  int    `json:"port,omitempty"`
	Text  string `json:"text,omitempty"`
}

var out = struct {
	sync.Mutex
	*json.Encoder
}{Encoder: json.NewEncoder(os.NewFile(3, "control"))}

// Tell sends one message to the driver.
func Tell(message any) {
	out.Lock()
	defer out.Unlock()
	if err := out.Encode(message); err != nil {
		os.Exit(1) // the driver is gone
	}
}
