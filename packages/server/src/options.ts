import type { Interceptor } from "@connectrpc/connect";
import {
  type Clock,
  type Compression,
  checkBoolean,
  checkCompression,
  checkCompressMinBytes,
  checkKnownOptions,
  checkLogger,
  checkNumber,
  checkServiceKeyPart,
  checkShape,
  checkSocketPath,
  checkWholeNumber,
  consoleLogger,
  defaultPort,
  type LoadLimitOptions,
  type Logger,
  maxTimerMs,
  type Registry,
  show,
  systemClock,
} from "@thrice/core";
import type { HandlerOptions } from "@thrice/core/codegen-v1";
import {
  type Cors,
  type CorsOptions,
  type ListenOptions,
  resolveCors,
  resolveServerTls,
  type ServerTls,
  type ServerTlsOptions,
} from "@thrice/protocol";
import {
  checkLoadLimits,
  knownLoadOptions,
  type ResolvedLoadOptions,
  resolveServerLoad,
  type ServerLoadOptions,
} from "./limits/server-limits.js";
import { type PublishOptions, type ResolvedPublish, resolvePublish } from "./publish-options.js";
import { resolveStopSignals, type StopSignal } from "./stop/stop-signals.js";

/** Options of a server. */
export interface ServerOptions extends Omit<HandlerOptions, "methodLimits">, ServerLoadOptions {
  /** TCP port, 0 to 65 535; 0 lets the system choose. @defaultValue 50_051 */
  readonly port?: number | undefined;
  /** Address or name of the interface to listen on. @defaultValue all interfaces */
  readonly host?: string | undefined;
  /** Path of a Unix domain socket to listen on, instead of a port; at most 107 bytes. @defaultValue none */
  readonly path?: string | undefined;
  /** Certificate and key of the server; callers then have to use TLS. @defaultValue none, in the clear */
  readonly tls?: ServerTlsOptions | undefined;
  /** Which pages of other origins may call the server from a browser. @defaultValue none */
  readonly cors?: CorsOptions | undefined;
  /** Where consumers find the server: it publishes its services once it listens, and withdraws them first when it stops. @defaultValue none */
  readonly registries?: readonly Registry[] | undefined;
  /** What the server says of itself there. @defaultValue the port it listens on, at the machine's address */
  readonly publish?: PublishOptions | undefined;
  /** How long `stop()` lets running calls go on, in milliseconds. @defaultValue 10_000 */
  readonly graceMs?: number | undefined;
  /**
   * How long `stop()` goes on taking calls after it has told discovery and health, so that callers hear of it, in
   * milliseconds. @defaultValue 0
   */
  readonly noticeMs?: number | undefined;
  /**
   * Whether SIGTERM and SIGINT stop the server, or which of them. A second one, more than a second later, does what it does
   * without Thrice.
   * @defaultValue false
   */
  readonly stopOnSignals?: boolean | readonly StopSignal[] | undefined;
  /**
   * Whether a caller is asked not to repeat a call whose handler failed after retries of its own further down, so that hops
   * do not multiply each other's attempts. @defaultValue true
   */
  readonly stopRetryChains?: boolean | undefined;
  /**
   * Whether the server answers probes: `grpc.health.v1.Health`, for which see `Server.health`. @defaultValue true
   */
  readonly health?: boolean | undefined;
  /**
   * Whether the server tells its schema to whoever asks: `grpc.reflection.v1` and `v1alpha`, for tools such as grpcurl and
   * `buf curl`. @defaultValue false
   */
  readonly reflection?: boolean | undefined;
  /**
   * Whether the calls that a handler makes know which call they are part of: they then end with its deadline, and keep its
   * caller from repeating what they have retried already. @defaultValue true
   */
  readonly linkCalls?: boolean | undefined;
  /** Takes what the server has to tell; while all is well nothing but that certificates were read again. @defaultValue `consoleLogger()` */
  readonly logger?: Logger | undefined;
  /** Tells time; for tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedServerOptions extends ResolvedHandlerOptions {
  readonly listen: ListenOptions;
  readonly tls: ServerTls | undefined;
  readonly cors: Cors | undefined;
  readonly publish: ResolvedPublish;
  readonly graceMs: number;
  readonly noticeMs: number;
  readonly stopOnSignals: readonly StopSignal[];
  readonly stopRetryChains: boolean;
  readonly linkCalls: boolean;
  readonly health: boolean;
  readonly reflection: boolean;
  readonly limits: LoadLimitOptions;
  readonly load: ResolvedLoadOptions;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The options of a service with every default filled in. */
export interface ResolvedHandlerOptions {
  readonly exposeErrors: boolean;
  /** Those of the server, then those of the service. */
  readonly interceptors: readonly Interceptor[];
  readonly maxReceiveBytes: number;
  /** 0 for no bound. */
  readonly maxTimeoutMs: number;
  readonly group: string;
  readonly version: string;
  readonly compression: Compression;
  readonly compressMinBytes: number;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  checkKnownOptions("options of newServer", options, known);
  // Defaults of a destructuring stand in for undefined only: null is a wrong value, not an unset one.
  const { graceMs = 10_000, noticeMs = 0, stopOnSignals = false, stopRetryChains = true } = options;
  const { health = true, reflection = false, linkCalls = true } = options;
  const { logger = consoleLogger(), clock = systemClock } = options;
  return {
    ...resolveHandlerOptions(options, handlerDefaults),
    limits: checkLoadLimits(options),
    load: resolveServerLoad(options),
    listen: resolveListen(options),
    tls: resolveServerTls(options.tls),
    cors: resolveCors(options.cors),
    publish: resolvePublish(checkPublishable(options), options.publish),
    graceMs: checkNumber("graceMs", graceMs, 0, maxTimerMs),
    noticeMs: checkNumber("noticeMs", noticeMs, 0, maxTimerMs),
    stopOnSignals: resolveStopSignals(stopOnSignals),
    stopRetryChains: checkBoolean("stopRetryChains", stopRetryChains),
    linkCalls: checkBoolean("linkCalls", linkCalls),
    health: checkBoolean("health", health),
    reflection: checkBoolean("reflection", reflection),
    logger: checkLogger("logger", logger),
    clock: checkShape("clock", clock, "a clock", ["nowMs", "setTimer"]),
  };
}

/** A registry names a host and a port, which a path has not. */
function checkPublishable({ registries = [], path }: ServerOptions): unknown {
  if (path === undefined || (Array.isArray(registries) && registries.length === 0))
    return registries;
  throw new TypeError(`registries cannot name a socket of a path, got path ${show(path)}`);
}

function resolveListen({ path, host, port }: ServerOptions): ListenOptions {
  if (path === undefined) {
    if (host !== undefined && (typeof host !== "string" || host === "")) {
      throw new TypeError(`host must be a host name or an address, got ${show(host)}`);
    }
    return {
      host,
      port: checkWholeNumber("port", port === undefined ? defaultPort : port, 0, 65_535),
    };
  }
  if (host !== undefined || port !== undefined) {
    throw new TypeError(
      `path stands for itself, without host and port, got ${show({ path, host, port })}`,
    );
  }
  if (typeof path === "string" && path.startsWith("unix:")) {
    throw new TypeError(`path must be a path alone, without "unix:", got ${show(path)}`);
  }
  return { path: checkSocketPath("path", path) };
}

/** Fills what a service leaves open with what the server says. */
export function resolveHandlerOptions(
  options: HandlerOptions,
  defaults: ResolvedHandlerOptions,
): ResolvedHandlerOptions {
  const {
    exposeErrors = defaults.exposeErrors,
    interceptors = [],
    maxReceiveBytes = defaults.maxReceiveBytes,
    maxTimeoutMs = defaults.maxTimeoutMs,
    group = defaults.group,
    version = defaults.version,
    compression = defaults.compression,
    compressMinBytes = defaults.compressMinBytes,
  } = options;
  return {
    exposeErrors: checkBoolean("exposeErrors", exposeErrors),
    interceptors: [...defaults.interceptors, ...checkInterceptors(interceptors)],
    maxReceiveBytes: checkWholeNumber("maxReceiveBytes", maxReceiveBytes, 1, 0xffff_ffff),
    maxTimeoutMs: checkNumber("maxTimeoutMs", maxTimeoutMs, 0, maxTimerMs),
    compression: checkCompression(compression),
    compressMinBytes: checkCompressMinBytes(compressMinBytes),
    group: checkServiceKeyPart("group", group),
    version: checkServiceKeyPart("version", version),
  };
}

function checkInterceptors(value: readonly Interceptor[]): readonly Interceptor[] {
  if (Array.isArray(value) && value.every((one) => typeof one === "function")) return value;
  throw new TypeError(`interceptors must be a list of functions, got ${show(value)}`);
}

const handlerDefaults: ResolvedHandlerOptions = {
  exposeErrors: false,
  interceptors: [],
  maxReceiveBytes: 4 * 1024 * 1024,
  maxTimeoutMs: 0,
  compression: "none",
  compressMinBytes: 1_024,
  group: "",
  version: "",
};

/** Names of the options that a single service has. */
export const knownHandlerOptions: ReadonlySet<string> = new Set([
  "exposeErrors",
  "interceptors",
  "maxReceiveBytes",
  "maxTimeoutMs",
  "group",
  "version",
  "compression",
  "compressMinBytes",
  "maxConcurrency",
  "rateLimit",
  "methodLimits",
]);

const known: ReadonlySet<string> = new Set([
  ...[...knownHandlerOptions].filter((name) => name !== "methodLimits"),
  ...knownLoadOptions,
  "port",
  "host",
  "path",
  "tls",
  "cors",
  "registries",
  "publish",
  "graceMs",
  "noticeMs",
  "stopOnSignals",
  "stopRetryChains",
  "linkCalls",
  "health",
  "reflection",
  "logger",
  "clock",
]);
