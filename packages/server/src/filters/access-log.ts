import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import {
  type Clock,
  checkFunction,
  checkKnownOptions,
  checkNumber,
  checkOneOf,
  checkShape,
  logQuietly,
  systemClock,
} from "@thrice/core";
import { peerKey } from "@thrice/protocol";
import { methodPath } from "../method-path.js";
import { watchEnd } from "./watch-end.js";

/** Options of {@link accessLog}. */
export interface AccessLogOptions {
  /** How a line is written. @defaultValue `"text"` */
  readonly format?: "text" | "json" | undefined;
  /** Share of the calls that went well that get a line, 0 to 1; one that failed always does. @defaultValue 1 */
  readonly sampleRatio?: number | undefined;
  /** Takes a line, without its end. @defaultValue writes it to the standard output */
  readonly write?: ((line: string) => void) | undefined;
  /** Measures durations; for tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /** Tells the time of a line, in milliseconds since 1970; for tests. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
  /** Draws from 0 up to, but not including, 1; for tests. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

/**
 * Writes a line for each call once it has ended: time, method, status, milliseconds, `x-request-id` and `user-agent` if the
 * caller sent them, and the subject of its certificate if it showed one. What `write` throws is dropped.
 *
 * @throws TypeError or RangeError naming field, bound and value of a wrong option.
 */
export function accessLog(options: AccessLogOptions = {}): Interceptor {
  checkKnownOptions("options of accessLog", options, known);
  const { format = "text", sampleRatio = 1, write = writeOut, clock = systemClock } = options;
  const { now = Date.now, random = Math.random } = options;
  const render = checkOneOf("format", format, ["text", "json"]) === "json" ? toJson : toText;
  checkNumber("sampleRatio", sampleRatio, 0, 1);
  checkFunction("write", write);
  checkShape("clock", clock, "a clock", ["nowMs"]);
  checkFunction("now", now);
  checkFunction("random", random);

  return (next) => async (request) => {
    const startedMs = clock.nowMs();
    const { signal } = request;
    let isTold = false;
    const tell = (code: string) => {
      signal.removeEventListener("abort", onAbort);
      if (isTold) return;
      isTold = true;
      if (code === "ok" && sampleRatio < 1 && random() >= sampleRatio) return;
      const durationMs = Math.round((clock.nowMs() - startedMs) * 1_000) / 1_000;
      const time = new Date(now()).toISOString();
      logQuietly(() => write(render({ time, ...about(request), code, durationMs })));
    };
    // A handler that hangs is answered for by the server; its line does not wait for it.
    const onAbort = () => tell(nameOf(ConnectError.from(signal.reason, Code.Canceled)));
    signal.addEventListener("abort", onAbort);
    try {
      return watchEnd(await next(request), (end) => {
        if (end.kind === "done") tell("ok");
        else tell(end.kind === "left" ? "canceled" : nameOf(end.error));
      });
    } catch (error) {
      tell(nameOf(error));
      throw error;
    }
  };
}

/** What a line tells. */
interface Line {
  readonly time: string;
  readonly method: string;
  readonly requestId: string | undefined;
  readonly userAgent: string | undefined;
  /** Subject of the caller's certificate. */
  readonly peer: string | undefined;
  readonly code: string;
  readonly durationMs: number;
}

function about(request: UnaryRequest | StreamRequest) {
  return {
    method: methodPath(request.method),
    requestId: request.header.get("x-request-id") ?? undefined,
    userAgent: request.header.get("user-agent") ?? undefined,
    peer: request.contextValues.get(peerKey)?.subject,
  };
}

/** The code that the caller will see, as gRPC and Connect write it. */
function nameOf(error: unknown): string {
  const code = error instanceof ConnectError ? error.code : Code.Unknown;
  const name = Code[code] ?? Code[Code.Unknown] ?? "";
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function toJson(line: Line): string {
  return JSON.stringify(line);
}

/** What callers send stands in quotes, so that it cannot pass for another column. */
function toText({ time, method, code, durationMs, requestId, userAgent, peer }: Line): string {
  const more = [
    requestId !== undefined && `id=${JSON.stringify(requestId)}`,
    userAgent !== undefined && `agent=${JSON.stringify(userAgent)}`,
    peer !== undefined && `peer=${JSON.stringify(peer)}`,
  ];
  const parts = [time, method, code, `${durationMs}ms`, ...more.filter((part) => part !== false)];
  return parts.join(" ");
}

function writeOut(line: string): void {
  process.stdout.write(`${line}\n`);
}

const known: ReadonlySet<string> = new Set([
  "format",
  "sampleRatio",
  "write",
  "clock",
  "now",
  "random",
]);
