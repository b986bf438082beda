export { Http2ClientConnection, type Http2ClientOptions } from "./client-connection.js";
export type {
  ConnectionEnd,
  ConnectionListener,
  PeerSettings,
} from "./connection/connection-listener.js";
export type { PingCallback } from "./connection/pings.js";
export { ErrorCode, formatErrorCode } from "./error-code.js";
export { clientPreface } from "./frames/frame-type.js";
export { HeaderList, SharedFields } from "./hpack/header-list.js";
export { PreparedHeaders } from "./hpack/prepared-headers.js";
export { type Http2Clock, systemHttp2Clock } from "./http2-clock.js";
export {
  defaultHttp2Options,
  type Http2Options,
  type ResolvedHttp2Options,
} from "./http2-options.js";
export {
  Http2ServerConnection,
  type Http2ServerOptions,
  type ServerListener,
} from "./server-connection.js";
export type { ClientStream, Http2Stream, ServerStream } from "./stream/http2-stream.js";
export type { StreamEnd } from "./stream-end.js";
export type { StreamSink } from "./stream-sink.js";
