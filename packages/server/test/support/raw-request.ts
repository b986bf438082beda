/** Requests made by hand, so that they can break the rules of every protocol. */
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as request1 } from "node:http";
import { connect } from "node:http2";

export type HttpVersion = "1.1" | "2";

export interface RawRequest {
  readonly method?: string | undefined;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array | undefined;
}

export interface RawReply {
  /** 0 if the connection or the stream ended without a response. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Also what stands in the last message of gRPC-Web. */
  readonly trailers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Sends a request over a connection of its own. Never rejects. */
export function send(version: HttpVersion, url: string, request: RawRequest): Promise<RawReply> {
  return version === "2" ? sendOver2(url, request) : sendOver1(url, request);
}

function sendOver1(url: string, { method, path, headers, body }: RawRequest): Promise<RawReply> {
  return new Promise((resolve) => {
    const asked = request1(url + path, { method: method ?? "POST", headers, agent: false });
    asked.on("error", () => resolve(nothing));
    asked.on("response", (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", () => resolve(nothing));
      answer.on("end", () => {
        const { statusCode = 0, headers: received, trailers } = answer;
        resolve({ status: statusCode, headers: received, trailers, body: Buffer.concat(parts) });
      });
    });
    asked.end(body);
  });
}

function sendOver2(url: string, { method, path, headers, body }: RawRequest): Promise<RawReply> {
  return new Promise((resolve) => {
    const session = connect(url, { maxSendHeaderBlockLength: 1_000_000 });
    let reply = nothing;
    session.on("error", () => undefined);
    const asked = session.request({ ":method": method ?? "POST", ":path": path, ...headers });
    const parts: Buffer[] = [];
    asked.on("error", () => undefined);
    asked.on("response", (received) => {
      reply = { ...reply, status: received[":status"] ?? 0, headers: received };
    });
    asked.on("trailers", (trailers) => {
      reply = { ...reply, trailers };
    });
    asked.on("data", (part: Buffer) => parts.push(part));
    session.on("close", () => resolve({ ...reply, body: Buffer.concat(parts) }));
    asked.on("close", () => session.destroy());
    asked.end(body);
  });
}

const nothing: RawReply = { status: 0, headers: {}, trailers: {}, body: Buffer.alloc(0) };
