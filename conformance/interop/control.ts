/**
 * How the drivers of the interop tests talk to a peer, whatever it is written in: messages in JSON, one a line, to its standard
 * input, and from its descriptor 3. The same in Go: conformance/go-control/wire.go.
 */

/** What a client is asked for. */
export interface Call {
  readonly service: "kinds" | "greet" | "health" | "reflection" | "generic";
  /**
   * Of `health`: `check` answers with the name of a status, `watch` with the first that comes. Of `reflection`: `list` answers
   * with the names of the services, `listToEnd` too, which reads on until the server ends its answer. `generic`, which our client alone knows, calls the test service by what
   * the server's reflection tells.
   */
  readonly method:
    | "unary"
    | "watch"
    | "collect"
    | "chat"
    | "greet"
    | "greetRetry"
    | "check"
    | "list"
    | "listToEnd";
  readonly texts: readonly string[];
  readonly header?: Readonly<Record<string, string>>;
  /** Bounds the call, in milliseconds. The client's own bound if unset. */
  readonly timeoutMs?: number;
  /** Leaves the sending half open after the last text. */
  readonly holdsOpen?: boolean;
  /** Waits for an answer to each text before it sends the next. */
  readonly awaitsAnswers?: boolean;
  /** The client's own number if unset. */
  readonly retries?: number;
}

/** How a call ended. Names of headers are in lower case or not, as the peer has them. */
export interface Outcome {
  readonly id: number;
  readonly texts: readonly string[] | null;
  readonly header: Readonly<Record<string, readonly string[]>> | null;
  readonly trailer: Readonly<Record<string, readonly string[]>> | null;
  readonly error?: Failure;
}

export interface Failure {
  /** As in gRPC; 17 is Dubbo's, for an error of the handler's own. */
  readonly code: number;
  readonly message: string;
  /** `value` is the message in protobuf, in Base64. */
  readonly details: readonly { readonly type: string; readonly value: string }[] | null;
  readonly metadata: Readonly<Record<string, readonly string[]>> | null;
}

/** What a server tells: its port, how far a call with the text `wait` is, a line of the retry program's log, or that it has stopped. */
export interface ServerEvent {
  readonly event: "listening" | "begun" | "gone" | "log" | "stopped";
  readonly port?: number;
  readonly text?: string;
}
