import { connect } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { type ClientStream, Http2ClientConnection, PreparedHeaders } from "@thrice/http2";
import { NoteSchema } from "../test/gen/kinds/kinds_pb.js";

/** Keeps unary calls in flight on one connection, with next to no work for each. */
export class UnaryCaller {
  readonly #connection: Http2ClientConnection;
  readonly #request = new PreparedHeaders([
    ...[":method", "POST", ":scheme", "http", ":path", "/kinds.KindsService/Unary"],
    ...[":authority", "127.0.0.1", "te", "trailers", "content-type", "application/grpc+proto"],
    ...["user-agent", "thrice-bench"],
  ]);
  readonly #body: Buffer;
  readonly #inFlight: number;
  readonly #status: string;
  #left = 0;
  #running = 0;
  #serial = 0;
  #done: () => void = () => undefined;

  /** `status` is what each call has to end with: 0 with an echo of what was sent, anything else with nothing. */
  constructor(port: number, inFlight: number, bytes: number, status = "0") {
    this.#status = status;
    this.#inFlight = inFlight;
    this.#connection = new Http2ClientConnection(connect(port, "127.0.0.1"), {
      initialConcurrentStreams: 1_000,
    });
    const message = toBinary(NoteSchema, create(NoteSchema, { text: "x".repeat(bytes) }));
    this.#body = Buffer.alloc(5 + message.length);
    this.#body.writeUInt32BE(message.length, 1);
    this.#body.set(message, 5);
  }

  run(total: number): Promise<void> {
    this.#left = total;
    return new Promise((resolve) => {
      this.#done = resolve;
      for (let i = 0; i < this.#inFlight; i++) this.#next();
    });
  }

  close(): void {
    this.#connection.close();
  }

  #next(): void {
    if (this.#left-- <= 0) {
      if (this.#running === 0) this.#done();
      return;
    }
    this.#running++;
    let got = 0;
    const wanted = this.#status === "0" ? this.#body.length : 0;
    let status: string | undefined;
    const extra = ["grpc-timeout", `${990 + (this.#serial++ % 10)}m`];
    const stream: ClientStream = this.#connection.request(
      this.#request,
      extra,
      {
        onHeaders: (headers) => {
          status = headers.get("grpc-status");
        },
        onData: (chunk) => {
          got += chunk.length;
        },
        onTrailers: (trailers) => {
          status = trailers.get("grpc-status");
        },
        onEnd: (end) => {
          this.#running--;
          if (end.kind !== "completed" || status !== this.#status || got !== wanted) {
            throw new Error(`${JSON.stringify(end)} ${status} ${got}`);
          }
          this.#next();
        },
      },
      false,
    );
    stream.sendData(this.#body, true);
  }
}
