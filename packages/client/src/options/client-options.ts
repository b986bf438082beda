import type { Interceptor } from "@connectrpc/connect";
import {
  type Budget,
  type Consumer,
  checkConsumer,
  createStaticDirectory,
  defaultSlowStartMs,
  type HealthOptions,
  type HealthSettings,
  parseServiceConfig,
  type ResolvedSubset,
  type RetryBudgetOptions,
  resolveHealth,
  resolveRetryBudget,
  resolveSubset,
  resolveThrottle,
  type ServiceConfig,
  type SubsetOptions,
  type Throttle,
  type ThrottleOptions,
} from "@thrice/cluster";
import {
  type Clock,
  type ClusterEvents,
  checkBoolean,
  checkFunction,
  checkKnownOptions,
  checkLogger,
  checkNumber,
  checkShape,
  checkWholeNumber,
  consoleLogger,
  type Directory,
  type Discovery,
  type Logger,
  type MethodOptions,
  maxTimerMs,
  parseAddresses,
  type Router,
  type ServiceKeyOptions,
  show,
  systemClock,
} from "@thrice/core";
import { type ClientTls, type ClientTlsOptions, resolveClientTls } from "@thrice/protocol";
import { preferredRouter } from "../discovery/preferred-router.js";
import {
  type ClientRegistryOptions,
  type ResolvedRegistry,
  resolveRegistries,
} from "../discovery/registry-options.js";
import { checkEvents } from "./check-events.js";
import {
  type CallSettings,
  checkAttemptInterceptors,
  checkInterceptors,
  checkMethodOptions,
  checkServiceKey,
  layerSettings,
  methodOptionNames,
  serviceKeyNames,
} from "./method-options.js";
import {
  type ResolvedWireOptions,
  resolveWireOptions,
  type WireOptions,
  wireOptionNames,
} from "./wire-options.js";

/** Options of a client. Those that also exist for a service, a method and a call are its defaults for them. */
export interface ClientOptions extends MethodOptions, ServiceKeyOptions, WireOptions {
  /**
   * Where every service is: `tri://host:port`, a list of such, or several in one text joined by `;`. A client has this or
   * `registries`.
   */
  readonly url?: string | readonly string[] | undefined;
  /** Where services are found, each registry alone or with what it counts among the others. */
  readonly registries?: readonly (Discovery | ClientRegistryOptions)[] | undefined;
  /**
   * How long the first calls of a service wait for a registry to be heard, in milliseconds; 0 for not at all.
   * @defaultValue 3_000
   */
  readonly discoveryTimeoutMs?: number | undefined;
  /**
   * This side of the calls, as rules that a registry keeps may ask for it. @defaultValue `application` is that of the registry,
   * `host` this machine's first address that is not a loopback
   */
  readonly consumer?: Consumer | undefined;
  /** Say which of the endpoints a call may go to, each of what the one before it left. @defaultValue none */
  readonly routers?: readonly Router[] | undefined;
  /**
   * Uses a part of many endpoints, so that clients and servers do not all connect to each other; false uses all.
   * @defaultValue `{ size: 20, from: 64 }`
   */
  readonly subset?: SubsetOptions | false | undefined;
  /** Secures the connections: `true`, or an object that says how. @defaultValue false, in the clear */
  readonly tls?: boolean | ClientTlsOptions | undefined;
  /** Connect interceptors, run once per call; the first one sees the request first and the answer last. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /**
   * Connect interceptors, run once per attempt, beneath the cluster strategy and around the wire; the first one sees the
   * request first and the answer last. `attemptKey` tells them about their attempt. @defaultValue none
   */
  readonly attemptInterceptors?: readonly Interceptor[] | undefined;
  /** Bound of opening a connection, in milliseconds. @defaultValue 1_000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Largest message that is read, in bytes. @defaultValue 4 MiB */
  readonly maxReceiveBytes?: number | undefined;
  /** Request messages of one stream that are kept to be sent again, in bytes; more stops retrying. @defaultValue 1 MiB */
  readonly replayBufferBytes?: number | undefined;
  /** The same for all streams of the client together, in bytes. @defaultValue 16 MiB */
  readonly replayBufferTotalBytes?: number | undefined;
  /**
   * How many retries and hedges the client may add to its calls; a budget made by `new RetryBudget()` can be shared among
   * clients; `false` sets no bound. @defaultValue `{ ratio: 0.2, maxTokens: 20, startTokens: 4, tokensPerSecond: 0.1 }`
   */
  readonly retryBudget?: RetryBudgetOptions | Budget | false | undefined;
  /**
   * When calls are held back since the service turns most of them down; `false` never does.
   * @defaultValue `{ ratio: 2, windowMs: 10_000, slack: 10, floorPerSecond: 5 }`
   */
  readonly throttle?: ThrottleOptions | false | undefined;
  /**
   * A gRPC service config, as an object or as JSON text: retries, hedging, throttling, timeouts and readiness by method. It is
   * stronger than the options of the client, and weaker than those of services, methods and calls. @defaultValue none
   */
  readonly serviceConfig?: string | object | undefined;
  /** Whether a call that a handler makes ends with the deadline of the call it serves. @defaultValue true */
  readonly inheritDeadline?: boolean | undefined;
  /** When an endpoint is kept out of the choice, and how it comes back; `false` for never. @defaultValue `{}` */
  readonly health?: HealthOptions | false | undefined;
  /**
   * How long the weight of an endpoint grows that appears while the client runs, from a tenth to all, in milliseconds; 0 gives
   * it its whole weight at once. @defaultValue 10_000
   */
  readonly slowStartMs?: number | undefined;
  /** Whether a directory that loses every endpoint, or fails, leaves the client those it knew. @defaultValue true */
  readonly emptyProtection?: boolean | undefined;
  /** Told of calls and attempts, of ejections, returns and probes. @defaultValue nobody */
  readonly events?: ClusterEvents | undefined;
  /** Takes one line for each call that failed after several attempts. @defaultValue `consoleLogger()` */
  readonly logger?: Logger | undefined;
  /** Tells time; for tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /** Draws from 0 up to, but not including, 1; for tests. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** The options with every default filled in. */
export interface ResolvedClientOptions extends ResolvedWireOptions {
  /** Of a URL; undefined with registries. */
  readonly directory: Directory | undefined;
  readonly registries: readonly ResolvedRegistry[];
  readonly consumer: Consumer;
  readonly discoveryTimeoutMs: number;
  readonly emptyProtection: boolean;
  readonly settings: CallSettings;
  readonly routers: readonly Router[];
  readonly subset: ResolvedSubset | undefined;
  readonly tls: ClientTls | undefined;
  readonly interceptors: readonly Interceptor[];
  readonly connectTimeoutMs: number;
  readonly maxReceiveBytes: number;
  readonly replayBufferBytes: number;
  readonly replayBufferTotalBytes: number;
  readonly retryBudget: Budget;
  readonly throttle: Throttle | undefined;
  readonly serviceConfig: ServiceConfig | undefined;
  readonly inheritDeadline: boolean;
  /** Undefined if nobody looks after the health of endpoints. */
  readonly health: HealthSettings | undefined;
  readonly slowStartMs: number;
  readonly events: ClusterEvents;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  checkKnownOptions("options of newClient", options, known);
  checkEndpointOptions(options);
  // Defaults of a destructuring stand in for undefined only: null is a wrong value, not an unset one.
  const {
    routers = [],
    interceptors = [],
    discoveryTimeoutMs = 3_000,
    connectTimeoutMs = 1_000,
    maxReceiveBytes = 4 * 1024 * 1024,
    replayBufferBytes = 1024 * 1024,
    replayBufferTotalBytes = 16 * 1024 * 1024,
    inheritDeadline = true,
    slowStartMs = defaultSlowStartMs,
    emptyProtection = true,
    events = {},
    logger = consoleLogger(),
    clock = systemClock,
    random = Math.random,
  } = options;
  const { url, registries } = options;
  const resolved = registries === undefined ? [] : resolveRegistries(registries);
  const prefers = resolved.some(({ preferred }) => preferred);
  return {
    ...resolveWireOptions(options),
    directory: url === undefined ? undefined : createStaticDirectory(parseAddresses(url)),
    registries: resolved,
    consumer: checkConsumer("consumer", options.consumer ?? {}),
    discoveryTimeoutMs: checkNumber("discoveryTimeoutMs", discoveryTimeoutMs, 0, maxTimerMs),
    emptyProtection: checkBoolean("emptyProtection", emptyProtection),
    settings: resolveClientSettings(options),
    routers: [...(prefers ? [preferredRouter] : []), ...checkRouters(routers)],
    subset: resolveSubset(options.subset),
    tls: resolveClientTls(options.tls),
    interceptors: checkInterceptors("interceptors", interceptors),
    connectTimeoutMs: checkNumber("connectTimeoutMs", connectTimeoutMs, 1, maxTimerMs),
    maxReceiveBytes: checkBytes("maxReceiveBytes", maxReceiveBytes, 1),
    replayBufferBytes: checkBytes("replayBufferBytes", replayBufferBytes, 0),
    replayBufferTotalBytes: checkBytes("replayBufferTotalBytes", replayBufferTotalBytes, 0),
    retryBudget: resolveRetryBudget(options.retryBudget, checkClock(clock)),
    throttle: resolveThrottle(options.throttle),
    serviceConfig: resolveServiceConfig(options.serviceConfig),
    inheritDeadline: checkBoolean("inheritDeadline", inheritDeadline),
    health: resolveHealth(options.health),
    slowStartMs: checkNumber("slowStartMs", slowStartMs, 0, maxTimerMs),
    events: checkEvents(events),
    logger: checkLogger("logger", logger),
    clock: checkClock(clock),
    random: checkFunction("random", random),
  };
}

const known: ReadonlySet<string> = new Set([
  ...methodOptionNames,
  ...serviceKeyNames,
  ...wireOptionNames,
  "url",
  "registries",
  "discoveryTimeoutMs",
  "consumer",
  "routers",
  "subset",
  "tls",
  "interceptors",
  "attemptInterceptors",
  "connectTimeoutMs",
  "maxReceiveBytes",
  "replayBufferBytes",
  "replayBufferTotalBytes",
  "retryBudget",
  "throttle",
  "serviceConfig",
  "inheritDeadline",
  "health",
  "slowStartMs",
  "emptyProtection",
  "events",
  "logger",
  "clock",
  "random",
]);

function checkEndpointOptions({ url, registries }: ClientOptions): void {
  if (url === undefined && registries === undefined) {
    throw new TypeError(
      'newClient needs url, for example { url: "tri://127.0.0.1:50051" }, or registries',
    );
  }
  if (url !== undefined && registries !== undefined) {
    throw new TypeError(
      "url and registries exclude each other; a staticRegistry() can stand beside others",
    );
  }
}

function resolveClientSettings(options: ClientOptions): CallSettings {
  const { layers: _layers, ...settings } = layerSettings({}, checkMethodOptions(options));
  return { ...settings, ...checkServiceKey(options), ...checkAttemptInterceptors(options) };
}

/** @throws TypeError or RangeError naming path, bound and value. */
export function resolveServiceConfig(
  config: string | object | undefined,
): ServiceConfig | undefined {
  return config === undefined ? undefined : parseServiceConfig(config);
}

function checkClock(clock: Clock): Clock {
  return checkShape("clock", clock, "a clock", ["nowMs", "setTimer"]);
}

function checkBytes(field: string, value: number, min: number): number {
  return checkWholeNumber(field, value, min, 0xffff_ffff);
}

function checkRouters(value: readonly Router[]): readonly Router[] {
  if (!Array.isArray(value)) throw new TypeError(`routers must be a list, got ${show(value)}`);
  return value.map((router, at) => {
    checkShape(`routers[${at}]`, router, "a router", ["keyOf", "narrow"]);
    if (typeof router.name === "string" && router.name !== "") return router;
    throw new TypeError(`name of routers[${at}] must be text, got ${show(router.name)}`);
  });
}
