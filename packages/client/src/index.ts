export { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
export {
  decideRetry,
  failfast,
  failover,
  type HealthOptions,
  random,
  roundRobin,
} from "@thrice/cluster";
export {
  type AttachmentsInit,
  type AttemptRecord,
  type AttemptResult,
  attemptsOf,
  type Backoff,
  BusinessError,
  type CallOptions,
  type ClusterCall,
  type ClusterEvents,
  type ClusterStrategy,
  type Compression,
  type CreateLoggerOptions,
  consoleLogger,
  createLogger,
  type Endpoint,
  type FailedAttempt,
  type LoadBalancer,
  type Logger,
  type LogLevel,
  type LogRecord,
  type LogSink,
  type MethodOptions,
  type Outcome,
  type PickContext,
  type Picker,
  pinoLogger,
  type RetryOn,
  type ServiceOptions,
} from "@thrice/core";
export type { ClientTlsOptions } from "@thrice/protocol";
export { type Client, newClient } from "./client.js";
export type { ClientOptions } from "./options/client-options.js";
export { callOptionsKey, createThriceTransport, type ThriceTransport } from "./transport.js";
