export type { Channel, ChannelRequest, RequestInput } from "./channel.js";
export { type ChannelOptions, openChannel } from "./client/open-channel.js";
export type { ServedService } from "./server/request-listener.js";
export { type ListenOptions, WireServer, type WireServerOptions } from "./server/wire-server.js";
