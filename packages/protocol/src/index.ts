export { encodeMessage } from "./binary/encode-message.js";
export type { AttemptDetails, Channel, ChannelRequest, RequestInput } from "./channel.js";
export { type ChannelOptions, openChannel } from "./grpc/open-channel.js";
export type { ServedService } from "./server/served-service.js";
export { type ListenOptions, WireServer, type WireServerOptions } from "./server/wire-server.js";
