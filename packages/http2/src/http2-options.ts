/** What a connection may be told, and the defaults. Limits name what they protect from; README.md has the table. */
import { max31Bits, maxMaxFrameBytes, minMaxFrameBytes } from "./frames/frame-type.js";
import { type Http2Clock, systemHttp2Clock } from "./http2-clock.js";

/** Options of a connection, the same for client and server unless a field says otherwise. */
export interface Http2Options {
  /** Source of time. @defaultValue {@link systemHttp2Clock} */
  clock?: Http2Clock;
  /** Bytes that were already read from the socket, such as those that told HTTP/2 from HTTP/1.1. */
  initialBytes?: Uint8Array;

  /** Table that the peer's encoder may fill, in bytes. @defaultValue 4_096 */
  headerTableBytes?: number;
  /** Largest table that our encoder fills, whatever the peer allows, in bytes. @defaultValue 4_096 */
  encoderTableBytes?: number;
  /** Names of fields that no table keeps. @defaultValue authorization, proxy-authorization, cookie, set-cookie */
  neverIndexedNames?: readonly string[];
  /** Largest header list received: names, values and 32 a field, in bytes. @defaultValue 65_536 */
  maxHeaderListBytes?: number;
  /** Most CONTINUATION frames in one header block. @defaultValue 16 */
  maxContinuationFrames?: number;
  /**
   * Server: streams that the peer may have open at once. Client: streams opened at most, whatever the peer allows.
   * @defaultValue 1_000
   */
  maxConcurrentStreams?: number;
  /** Client: streams opened at most until the peer's SETTINGS arrive. @defaultValue 100 */
  initialConcurrentStreams?: number;
  /** Largest frame received, 16_384 to 16_777_215 bytes. @defaultValue 16_384 */
  maxFrameBytes?: number;

  /** Receive window of a new stream, in bytes. @defaultValue 262_144 */
  streamWindowBytes?: number;
  /** Window that a stream may grow to on a fast link, in bytes. @defaultValue 8_388_608 */
  maxStreamWindowBytes?: number;
  /** Receive window of the connection at the start, at least 65_535 bytes. @defaultValue 1_048_576 */
  connectionWindowBytes?: number;
  /**
   * Window that the connection may grow to, in bytes. Also the most that readers with manual credit may hold together
   * before the connection's window closes. @defaultValue 16_777_216
   */
  maxConnectionWindowBytes?: number;
  /** Bytes that a stream may hold back for lack of window before `sendData` says stop. @defaultValue 65_536 */
  sendBufferBytes?: number;
  /** Bytes waiting for the socket beyond which no DATA is added and a server stops reading. @defaultValue 262_144 */
  maxOutputBytes?: number;
  /** Bytes of control frames waiting for a peer that does not read; beyond, the connection ends. @defaultValue 65_536 */
  maxQueuedControlBytes?: number;

  /** Server: resets of open streams received per second; each stream that completes pays for one more. @defaultValue 200 */
  maxResetsPerSecond?: number;
  /** Resets sent per second because the peer broke a rule of a stream. @defaultValue 100 */
  maxStreamErrorsPerSecond?: number;
  /** PING frames received per second; each DATA or HEADERS frame received pays for one more. @defaultValue 100 */
  maxPingsPerSecond?: number;
  /**
   * Least time between PING frames received, in milliseconds; each DATA or HEADERS frame received or sent pays for one more, and
   * two too early are borne. 0 leaves it at `maxPingsPerSecond`. @defaultValue 0
   */
  minPingIntervalMs?: number;
  /** SETTINGS frames received per second. @defaultValue 10 */
  maxSettingsPerSecond?: number;
  /** Frames without content received per second. @defaultValue 100 */
  maxEmptyFramesPerSecond?: number;
  /** PRIORITY and unknown frames, and window updates below 1_024 bytes, received per second. @defaultValue 10_000 */
  maxMinorFramesPerSecond?: number;

  /** Wait for the peer's preface and SETTINGS, in milliseconds. @defaultValue 10_000 */
  prefaceTimeoutMs?: number;
  /** Wait for the acknowledgement of our SETTINGS, in milliseconds. @defaultValue 10_000 */
  settingsTimeoutMs?: number;
  /** Wait for the rest of a frame or header block that has begun, in milliseconds. @defaultValue 10_000 */
  headerTimeoutMs?: number;
  /** Quiet time without streams after which the connection closes, in milliseconds; 0 never. @defaultValue 0 */
  idleTimeoutMs?: number;
  /** Wait for a peer that reads nothing at all, in milliseconds. @defaultValue 30_000 */
  writeTimeoutMs?: number;
  /** Wait for a peer that opens no window for a stream with data to send, in milliseconds. @defaultValue 300_000 */
  windowTimeoutMs?: number;
  /** Wait for a peer to answer before the second GOAWAY and before a closed socket is cut, in milliseconds. @defaultValue 1_000 */
  closeTimeoutMs?: number;
}

/** Options with all gaps filled. */
export interface ResolvedHttp2Options
  extends Readonly<Required<Omit<Http2Options, "initialBytes" | "neverIndexedNames">>> {
  /** Names of fields that no table keeps. */
  readonly neverIndexedNames: ReadonlySet<string>;
}

/** Defaults of {@link Http2Options}. */
export const defaultHttp2Options: ResolvedHttp2Options = Object.freeze({
  clock: systemHttp2Clock,
  headerTableBytes: 4_096,
  encoderTableBytes: 4_096,
  neverIndexedNames: new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]),
  maxHeaderListBytes: 65_536,
  maxContinuationFrames: 16,
  maxConcurrentStreams: 1_000,
  initialConcurrentStreams: 100,
  maxFrameBytes: 16_384,
  streamWindowBytes: 262_144,
  maxStreamWindowBytes: 8_388_608,
  connectionWindowBytes: 1_048_576,
  maxConnectionWindowBytes: 16_777_216,
  sendBufferBytes: 65_536,
  maxOutputBytes: 262_144,
  maxQueuedControlBytes: 65_536,
  maxResetsPerSecond: 200,
  maxStreamErrorsPerSecond: 100,
  maxPingsPerSecond: 100,
  minPingIntervalMs: 0,
  maxSettingsPerSecond: 10,
  maxEmptyFramesPerSecond: 100,
  maxMinorFramesPerSecond: 10_000,
  prefaceTimeoutMs: 10_000,
  settingsTimeoutMs: 10_000,
  headerTimeoutMs: 10_000,
  idleTimeoutMs: 0,
  writeTimeoutMs: 30_000,
  windowTimeoutMs: 300_000,
  closeTimeoutMs: 1_000,
});

type NumberOption = {
  [Name in keyof ResolvedHttp2Options]: ResolvedHttp2Options[Name] extends number ? Name : never;
}[keyof ResolvedHttp2Options];

/** Smallest and largest value of options whose range is not 1 to 2^31 - 1. */
const ranges: Partial<Record<NumberOption, readonly [number, number]>> = {
  headerTableBytes: [0, max31Bits],
  encoderTableBytes: [0, max31Bits],
  maxContinuationFrames: [0, max31Bits],
  maxConcurrentStreams: [0, max31Bits],
  initialConcurrentStreams: [0, max31Bits],
  maxFrameBytes: [minMaxFrameBytes, maxMaxFrameBytes],
  connectionWindowBytes: [65_535, max31Bits],
  minPingIntervalMs: [0, max31Bits],
  idleTimeoutMs: [0, max31Bits],
};

/** What was made of an options object, so that all connections which are given it share the result. */
const resolvedBefore = new WeakMap<Http2Options, ResolvedHttp2Options>();

/**
 * Fills in the defaults. An options object is read once: later changes to it have no effect.
 *
 * @throws RangeError if a number is out of its range, naming option, range and value.
 */
export function resolveHttp2Options(options: Http2Options = {}): ResolvedHttp2Options {
  if (!saysAnything(options)) return defaultHttp2Options;
  const before = resolvedBefore.get(options);
  if (before !== undefined) return before;
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && name in defaultHttp2Options,
  );
  for (const [name, value] of given) {
    if (typeof value === "number") checkRange(name as NumberOption, value);
  }
  const neverIndexedNames =
    options.neverIndexedNames === undefined
      ? defaultHttp2Options.neverIndexedNames
      : new Set(options.neverIndexedNames);
  const resolved = { ...defaultHttp2Options, ...Object.fromEntries(given), neverIndexedNames };
  resolvedBefore.set(options, resolved);
  return resolved;
}

function saysAnything(options: Http2Options): boolean {
  for (const name in options) {
    const value = options[name as keyof Http2Options];
    if (value !== undefined && name in defaultHttp2Options) return true;
  }
  return false;
}

function checkRange(name: NumberOption, value: number): void {
  const [min, max] = ranges[name] ?? [1, max31Bits];
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}, got ${value}`);
}
