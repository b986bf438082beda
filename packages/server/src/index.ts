export { Code, ConnectError, type HandlerContext, type Interceptor } from "@connectrpc/connect";
export {
  BusinessError,
  type Compression,
  type ConcurrencyLimit,
  type ConcurrencyMeter,
  type CreateLoggerOptions,
  consoleLogger,
  createLogger,
  type LoadLimitOptions,
  type Logger,
  type LogLevel,
  type LogRecord,
  type LogSink,
  pinoLogger,
  type RateLimit,
  type RateMeter,
  type Registry,
} from "@thrice/core";
export type { HandlerOptions } from "@thrice/core/codegen-v1";
export {
  type CorsOptions,
  type PeerIdentity,
  peerKey,
  type ServerTlsOptions,
} from "@thrice/protocol";
export { type AccessLogOptions, accessLog } from "./filters/access-log.js";
export { echo } from "./filters/echo.js";
export { type ErrorMapper, recovery } from "./filters/recovery.js";
export { type SignatureCheckOptions, signatureCheck } from "./filters/signature-check.js";
export { type TokenCheckOptions, tokenCheck } from "./filters/token-check.js";
export type { HealthStatus, ServerHealth } from "./health/health-board.js";
export {
  type Criticality,
  type CriticalityOf,
  criticalities,
  criticalityHeader,
} from "./limits/criticality.js";
export { fixedWindow, type WindowOptions } from "./limits/fixed-window.js";
export { type GradientLimitOptions, gradientLimit } from "./limits/gradient-limit.js";
export type { ServerLoadOptions } from "./limits/server-limits.js";
export type { ServerLoad } from "./limits/server-load.js";
export { slidingWindow } from "./limits/sliding-window.js";
export { type TokenBucketOptions, tokenBucket } from "./limits/token-bucket.js";
export type { ServerOptions } from "./options.js";
export type { PublishOptions } from "./publish-options.js";
export { newServer, type Server } from "./server.js";
export type { StopSignal } from "./stop/stop-signals.js";
