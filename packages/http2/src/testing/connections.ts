/** Connections on pipes in memory, with a raw peer or with each other. */
import {
  type ConnectionEnd,
  type ConnectionListener,
  clientPreface,
  type HeaderList,
  Http2ClientConnection,
  type Http2Options,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
} from "../index.js";
import { FakeClock } from "./fake-clock.js";
import { pipe, RawPeer } from "./raw-peer.js";
import { RecordingSink } from "./recording-sink.js";

export const getRequest = new PreparedHeaders([
  ":method",
  "GET",
  ":scheme",
  "http",
  ":path",
  "/",
  ":authority",
  "a",
]);
export const postRequest = new PreparedHeaders([
  ":method",
  "POST",
  ":scheme",
  "http",
  ":path",
  "/p",
  ":authority",
  "a",
]);
export const okResponse = new PreparedHeaders([":status", "200"]);
export const okTrailers = new PreparedHeaders(["grpc-status", "0"]);

/** What happened to a connection as a whole. */
export class ConnectionLog implements ConnectionListener {
  readonly log: string[] = [];
  readonly thrown: unknown[] = [];
  readonly closed: Promise<ConnectionEnd>;
  end: ConnectionEnd | undefined;
  #resolve: (end: ConnectionEnd) => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  onSettings(): void {
    this.log.push("settings");
  }

  onGoaway(code: number, lastStreamId: number, debug: string): void {
    this.log.push(`goaway ${code} ${lastStreamId} ${debug}`);
  }

  onClose(end: ConnectionEnd): void {
    this.log.push(`close ${end.kind}`);
    this.end = end;
    this.#resolve(end);
  }

  onThrown(error: unknown): void {
    this.thrown.push(error);
  }
}

export interface Incoming {
  stream: ServerStream;
  headers: HeaderList;
  endStream: boolean;
  sink: RecordingSink;
}

/** Server listener that keeps streams and lets a test answer them. */
export class IncomingLog extends ConnectionLog {
  readonly streams: Incoming[] = [];
  readonly #credit: "auto" | "manual";
  /** Called with each stream; answering here is answering at once. */
  onIncoming: (incoming: Incoming) => void = () => undefined;

  constructor(credit: "auto" | "manual" = "auto") {
    super();
    this.#credit = credit;
  }

  onStream(stream: ServerStream, headers: HeaderList, endStream: boolean): RecordingSink {
    const incoming = { stream, headers, endStream, sink: new RecordingSink(this.#credit) };
    this.streams.push(incoming);
    this.onIncoming(incoming);
    return incoming.sink;
  }
}

/** A client of ours and a raw server. */
export function clientWithRawServer(options: Http2Options = {}) {
  const [near, far] = pipe();
  const clock = new FakeClock();
  const listener = new ConnectionLog();
  const peer = new RawPeer(far, true);
  const client = new Http2ClientConnection(near, { clock, listener, ...options });
  return { client, peer, clock, listener, socket: near };
}

/** A server of ours and a raw client, which has sent its preface. */
export function serverWithRawClient(
  options: Http2Options = {},
  credit: "auto" | "manual" = "auto",
) {
  const [near, far] = pipe();
  const clock = new FakeClock();
  const listener = new IncomingLog(credit);
  const peer = new RawPeer(far, false);
  const server = new Http2ServerConnection(near, { clock, listener, ...options });
  peer.send(clientPreface);
  return { server, peer, clock, listener, socket: near };
}

/** Both ends ours. */
export function bothEnds(
  clientOptions: Http2Options = {},
  serverOptions: Http2Options = {},
  credit: "auto" | "manual" = "auto",
) {
  const [near, far] = pipe();
  const clock = new FakeClock();
  const clientLog = new ConnectionLog();
  const serverLog = new IncomingLog(credit);
  const server = new Http2ServerConnection(far, { clock, listener: serverLog, ...serverOptions });
  const client = new Http2ClientConnection(near, { clock, listener: clientLog, ...clientOptions });
  return { client, server, clock, clientLog, serverLog, sockets: [near, far] as const };
}
