import {
  type ClientStream,
  type Http2ClientConnection,
  PreparedHeaders,
  type StreamEnd,
} from "@thrice/http2";

export const ok = new PreparedHeaders([":status", "200"]);
const get = new PreparedHeaders([
  ":method",
  "GET",
  ":scheme",
  "http",
  ":path",
  "/",
  ":authority",
  "a",
]);

/** A request that was sent, and its end. */
export interface SentRequest {
  readonly stream: ClientStream;
  readonly end: Promise<StreamEnd>;
}

/** Sends a request without content. */
export function send(connection: Http2ClientConnection): SentRequest {
  const { promise: end, resolve: onEnd } = Promise.withResolvers<StreamEnd>();
  return { stream: connection.request(get, [], { onData: () => {}, onEnd }, true), end };
}
