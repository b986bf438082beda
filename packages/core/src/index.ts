export {
  type Address,
  authorityOf,
  defaultPort,
  formatAddress,
  type Place,
  parseAddresses,
  type TcpAddress,
  type UnixAddress,
} from "./address.js";
export { type AttachmentsInit, createAttachments, mergeAttachments } from "./attachments.js";
export type {
  Answer,
  AnsweredAttempt,
  AttemptFailure,
  AttemptListener,
  AttemptRecord,
  AttemptResult,
  FailedAttempt,
  Pushback,
  RunningAttempt,
  StreamAnswer,
  UnaryAnswer,
} from "./attempt.js";
export { attemptKey } from "./attempt-key.js";
export { BusinessError } from "./business-error.js";
export type {
  AttemptEndEvent,
  AttemptInfo,
  AttemptKind,
  AttemptStartEvent,
  CallEndEvent,
  CallFinishEvent,
  CallInfo,
  CallStartEvent,
} from "./call-events.js";
export { attachAttempts, attemptsOf } from "./call-history.js";
export type { CallOptions, MethodOptions, ServiceOptions } from "./call-options.js";
export type {
  AttemptReport,
  CallReport,
  ChoiceReport,
  DecisionReport,
  EjectedReport,
  RefusalReport,
  RouterReport,
  WeighedEndpoint,
} from "./call-report.js";
export {
  checkBoolean,
  checkFunction,
  checkKnownOptions,
  checkLogger,
  checkNumber,
  checkOneOf,
  checkShape,
  checkWholeNumber,
  show,
} from "./check.js";
export type { ClientCounters } from "./client-counters.js";
export type { ClientLevels } from "./client-levels.js";
export { type CancelTimer, type Clock, maxTimerMs, systemClock } from "./clock.js";
export type {
  A6Rules,
  AttemptOptions,
  Backoff,
  ClusterCall,
  ClusterStrategy,
  LoadBalancer,
  PickContext,
  Picker,
  PickOptions,
  RetryOn,
  RetryPolicy,
  RetryPredicate,
} from "./cluster.js";
export type {
  CallEvents,
  ClusterEvents,
  EjectEvent,
  EjectionCause,
  KeepEvent,
  ProbeEvent,
  ReturnEvent,
  TrialEvent,
} from "./cluster-events.js";
export {
  type Compression,
  type CompressionOptions,
  checkCompression,
  checkCompressMinBytes,
  compressEncoding,
  compressFromBytes,
} from "./compression.js";
export type {
  AdvertisedMethod,
  AdvertisedOptions,
  Directory,
  Endpoint,
  EndpointStats,
  LiveEndpoint,
  Snapshot,
} from "./endpoint.js";
export { FileWatch, type FileWatchOptions } from "./file-watch.js";
export {
  currentInboundCall,
  type InboundCall,
  type InboundRunner,
  inboundRunner,
  runInboundCall,
} from "./inbound-call.js";
export type {
  ConcurrencyLimit,
  ConcurrencyMeter,
  LoadLimitOptions,
  RateLimit,
  RateMeter,
} from "./load-limits.js";
export { logQuietly } from "./log-quietly.js";
export {
  type ConsoleLoggerOptions,
  consoleLogger,
  type LogStream,
} from "./logger/console-logger.js";
export {
  type CreateLoggerOptions,
  createLogger,
  type LogRecord,
  type LogSink,
} from "./logger/create-logger.js";
export type { Logger, LogLevel, RecordLevel } from "./logger/logger.js";
export { type PinoLike, pinoLogger } from "./logger/pino-logger.js";
export { machineAddress } from "./machine-address.js";
export { isUnprocessed, type Outcome } from "./outcome.js";
export {
  type DubboEntry,
  dubboNameFromConsumer,
  dubboNameFromProvider,
  readDubboName,
} from "./registry/dubbo-url.js";
export { type FileRegistryOptions, fileRegistry } from "./registry/file-registry.js";
export {
  advertisedByProvider,
  endpointFromProvider,
  type ProviderEntry,
} from "./registry/provider-endpoint.js";
export { quietClock, type RegistryClock } from "./registry/quiet-clock.js";
export type {
  Discovery,
  Provider,
  ProviderLease,
  Registry,
  RegistryService,
  RegistryState,
  RuleSource,
  ServiceName,
  ServiceUpdate,
  ServiceWatch,
} from "./registry/registry.js";
export type { ServiceAddresses } from "./registry/service-table.js";
export { SkippedEntries } from "./registry/skipped-entries.js";
export { staticRegistry } from "./registry/static-registry.js";
export { WatchedService, type WatchedServiceInit } from "./registry/watched-service.js";
export {
  digestOf,
  isSignatureName,
  isSignedWith,
  parseSignature,
  type RequestSignature,
  type SignedRequest,
  signatureHeader,
  signRequest,
} from "./request-signature.js";
export type { RoutedCall, Router } from "./router.js";
export { checkServiceKeyPart, formatServiceKey, type ServiceKeyOptions } from "./service-key.js";
export { checkSocketPath } from "./socket-path.js";
export { Timer } from "./timer.js";
