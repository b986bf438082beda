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
} from "@thrice/core";
export type { HandlerOptions } from "@thrice/core/codegen-v1";
export type { ServerTlsOptions } from "@thrice/protocol";
export type { HealthStatus, ServerHealth } from "./health/health-board.js";
export type { ServerOptions } from "./options.js";
export { newServer, type Server } from "./server.js";
export type { StopSignal } from "./stop/stop-signals.js";
