import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";

/** Sends one empty message by hand: a peer's library may miss how a connection ends. */
export function request(
  session: ClientHttp2Session,
  path: string,
  header: object = {},
): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": `/kinds.KindsService/${path}`,
    "content-type": "application/grpc",
    te: "trailers",
    ...header,
  });
  stream.on("error", () => {}).resume();
  stream.end(Buffer.alloc(5));
  return stream;
}
