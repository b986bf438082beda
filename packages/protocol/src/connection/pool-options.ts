import {
  type Clock,
  checkNumber,
  checkWholeNumber,
  maxTimerMs,
  show,
  systemClock,
} from "@thrice/core";
import { type Http2Clock, systemHttp2Clock } from "@thrice/http2";
import type { Target } from "./dial/target.js";
import type { PooledHttp2Options } from "./pooled-connection.js";

/** What a pool is made with. Times are in milliseconds. */
export interface ConnectionPoolOptions {
  /** The endpoint: `{ host, port }`, or `{ path }` of a Unix domain socket. */
  readonly target: Target;
  /** Bound of opening a connection: resolver, TCP, TLS, and the peer's SETTINGS. @defaultValue 1_000 */
  readonly connectTimeoutMs?: number;
  /** Head start of each address of a name over the next, 10 to 2_000. @defaultValue 250, as RFC 8305 says */
  readonly addressDelayMs?: number;
  /** Connections and dials at once; further callers wait for a stream to end. @defaultValue 10 */
  readonly maxConnections?: number;
  /** Time without streams after which a connection is closed, or up to a quarter more; 0 never. @defaultValue 900_000 */
  readonly idleTimeoutMs?: number;
  /** Silence of the peer, while streams are open, before it gets a PING; 0 turns PINGs off. @defaultValue 20_000 */
  readonly keepaliveIntervalMs?: number;
  /**
   * Silence before further PINGs of the same stretch of silence. gRPC servers end connections that ping more often than
   * every five minutes. @defaultValue 310_000, or `keepaliveIntervalMs` if that is longer
   */
  readonly keepaliveRepeatMs?: number;
  /** Wait for anything to arrive after a PING; then the connection is lost. @defaultValue 20_000 */
  readonly keepaliveTimeoutMs?: number;
  /** Pause after a first failed dial; each further one is 1.6 times as long, ±20 %. @defaultValue 25 */
  readonly firstBackoffMs?: number;
  /** Longest of these pauses, before the ±20 %. @defaultValue 1_000 */
  readonly maxBackoffMs?: number;
  /**
   * Longest rest of a pause that callers wait for. If more is left they fail at once, since another endpoint may serve
   * them sooner; patient ones wait in any case. @defaultValue 100
   */
  readonly maxBackoffWaitMs?: number;
  /** Options of each connection. */
  readonly http2?: PooledHttp2Options;
  /** Tells time. @defaultValue the system's clock */
  readonly clock?: Clock;
  /** Draws from 0 up to, but not including, 1. @defaultValue `Math.random` */
  readonly random?: () => number;
  /** Told of what callbacks throw: a mistake in the code above. @defaultValue does nothing */
  readonly onThrown?: (error: unknown) => void;
}

/** Options with all gaps filled. */
export interface ResolvedPoolOptions extends Required<ConnectionPoolOptions> {
  /** Times what must not keep the process alive. */
  readonly quietClock: Http2Clock;
}

/** @throws RangeError or TypeError naming field, bound and value. */
export function resolvePoolOptions(options: ConnectionPoolOptions): ResolvedPoolOptions {
  const clock = options.clock ?? systemClock;
  const quietClock = clock === systemClock ? systemHttp2Clock : clock;
  const keepaliveIntervalMs = checkMs(
    "keepaliveIntervalMs",
    options.keepaliveIntervalMs ?? 20_000,
    0,
  );
  const repeatMs = options.keepaliveRepeatMs ?? Math.max(310_000, keepaliveIntervalMs);
  const connectTimeoutMs = checkMs("connectTimeoutMs", options.connectTimeoutMs ?? 1_000, 1);
  return {
    target: checkTarget(options.target),
    connectTimeoutMs,
    addressDelayMs: checkNumber("addressDelayMs", options.addressDelayMs ?? 250, 10, 2_000),
    maxConnections: checkWholeNumber("maxConnections", options.maxConnections ?? 10, 1, 65_535),
    idleTimeoutMs: checkMs("idleTimeoutMs", options.idleTimeoutMs ?? 900_000, 0),
    keepaliveIntervalMs,
    keepaliveRepeatMs: checkMs("keepaliveRepeatMs", repeatMs, keepaliveIntervalMs),
    keepaliveTimeoutMs: checkMs("keepaliveTimeoutMs", options.keepaliveTimeoutMs ?? 20_000, 1),
    firstBackoffMs: checkMs("firstBackoffMs", options.firstBackoffMs ?? 25, 1),
    maxBackoffMs: checkMs("maxBackoffMs", options.maxBackoffMs ?? 1_000, 1),
    maxBackoffWaitMs: checkMs("maxBackoffWaitMs", options.maxBackoffWaitMs ?? 100, 0),
    http2: { ...http2Deadlines(connectTimeoutMs), clock: quietClock, ...options.http2 },
    clock,
    random: options.random ?? Math.random,
    onThrown: options.onThrown ?? (() => {}),
    quietClock,
  };
}

/** The dial bounds the wait for SETTINGS; what the connection itself bounds must not come before that. */
function http2Deadlines(connectTimeoutMs: number): PooledHttp2Options {
  const timeoutMs = Math.min(maxTimerMs, Math.ceil(connectTimeoutMs) + 10_000);
  return { prefaceTimeoutMs: timeoutMs, settingsTimeoutMs: timeoutMs };
}

function checkMs(field: string, value: number, min: number): number {
  return checkNumber(field, value, min, maxTimerMs);
}

function checkTarget(target: Target): Target {
  if ("path" in target && typeof target.path === "string" && target.path !== "") return target;
  if ("host" in target && typeof target.host === "string" && target.host !== "") {
    checkWholeNumber("port of target", target.port, 1, 65_535);
    return target;
  }
  throw new TypeError(`target must be { host, port } or { path }, got ${show(target)}`);
}
