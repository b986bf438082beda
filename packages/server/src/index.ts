export { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
export {
  type Compression,
  type CreateLoggerOptions,
  consoleLogger,
  createLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
  type LogSink,
  pinoLogger,
  type Registry,
} from "@thrice/core";
export type { HandlerOptions } from "@thrice/core/codegen-v1";
export type { ServerTlsOptions } from "@thrice/protocol";
export type { ServerOptions } from "./options.js";
export type { PublishOptions } from "./publish-options.js";
export { newServer, type Server } from "./server.js";
