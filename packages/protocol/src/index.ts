export { encodeMessage } from "./binary/encode-message.js";
export type { AttemptDetails, Channel, ChannelRequest, RequestInput } from "./channel.js";
export { type ChannelOptions, openChannel } from "./grpc/open-channel.js";
export type { ListenOptions, TcpListenOptions, UnixListenOptions } from "./server/listen.js";
export type { ServedService } from "./server/served-service.js";
export { WireServer, type WireServerOptions } from "./server/wire-server.js";
export { type ClientTls, type ClientTlsOptions, resolveClientTls } from "./tls/client-tls.js";
export { resolveServerTls, type ServerTls, type ServerTlsOptions } from "./tls/server-tls.js";
