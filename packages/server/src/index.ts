export { Code, ConnectError, type HandlerContext, type Interceptor } from "@connectrpc/connect";
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
export { type AccessLogOptions, accessLog } from "./filters/access-log.js";
export { echo } from "./filters/echo.js";
export { type ErrorMapper, recovery } from "./filters/recovery.js";
export { type SignatureCheckOptions, signatureCheck } from "./filters/signature-check.js";
export { type TokenCheckOptions, tokenCheck } from "./filters/token-check.js";
export type { HealthStatus, ServerHealth } from "./health/health-board.js";
export type { ServerOptions } from "./options.js";
export { newServer, type Server } from "./server.js";
export type { StopSignal } from "./stop/stop-signals.js";
