/** Decides which calls run, which wait, and which are turned away, for all of a server. */
import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Clock, type LoadLimitOptions, type Logger, logQuietly } from "@thrice/core";
import type { Admission, AskingCall, CallGate, CallPlace } from "@thrice/protocol";
import { criticalities, levelOf } from "./criticality.js";
import { LimitScope } from "./limit-scope.js";
import { type RefusalReason, Refusals } from "./refusals.js";
import { RunningPlace } from "./running-place.js";
import type { ResolvedLoadOptions } from "./server-limits.js";
import { WaitingCall, WaitingCalls } from "./waiting-calls.js";

/** What a server has for its limits. */
export interface LimiterParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
}

export class LoadLimiter {
  /** Calls turned away, by reason. */
  readonly refused: Record<RefusalReason, number> = { concurrency: 0, rate: 0, queue: 0 };
  readonly server: LimitScope;
  readonly #isServerLimited: boolean;
  readonly #options: ResolvedLoadOptions;
  readonly #parts: LimiterParts;
  readonly #waiting = new WaitingCalls(criticalities.length);
  readonly #refusals = new Refusals();

  constructor(limits: LoadLimitOptions, options: ResolvedLoadOptions, parts: LimiterParts) {
    this.#options = options;
    this.#parts = parts;
    this.#isServerLimited = isLimited(limits);
    this.server = new LimitScope("the server", limits, parts.clock.nowMs());
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** What counts by the limits of a service or a method; undefined if it has none. */
  scope(name: string, limits: LoadLimitOptions): LimitScope | undefined {
    return isLimited(limits) ? new LimitScope(name, limits, this.#parts.clock.nowMs()) : undefined;
  }

  /** Makes the gate of a method that is within `inner`, too; undefined if nothing limits it. */
  gate(method: DescMethod, inner: readonly LimitScope[]): CallGate | undefined {
    if (!this.#isServerLimited && inner.length === 0) return undefined;
    const scopes = [this.server, ...inner];
    const isMeasured = method.methodKind === "unary";
    return { admit: (call) => this.#admitSafely(call, scopes, isMeasured) };
  }

  /** A limit may be the application's own, and fail. A call that cannot be counted is not served. */
  #admitSafely(call: AskingCall, scopes: readonly LimitScope[], isMeasured: boolean): Admission {
    try {
      return this.#admit(call, scopes, isMeasured);
    } catch (error) {
      this.#onThrown(error);
      return { kind: "refused", error: new ConnectError("a load limit failed", Code.Internal) };
    }
  }

  readonly #onThrown = (error: unknown): void => {
    logQuietly(() => this.#parts.logger.error("a load limit failed", error));
  };

  #admit(call: AskingCall, scopes: readonly LimitScope[], isMeasured: boolean): Admission {
    const nowMs = this.#parts.clock.nowMs();
    for (const scope of scopes) {
      const waitMs = scope.rate?.waitMs(nowMs) ?? 0;
      if (waitMs > 0) return this.#refuse("rate", `${scope.name} gets calls too fast`, waitMs);
    }
    const full = scopes.find((scope) => scope.isFull);
    if (full !== undefined) return this.#queue(call, scopes, full, isMeasured, nowMs);
    count(scopes, nowMs);
    return { kind: "place", place: this.#place(scopes, isMeasured) };
  }

  #queue(
    call: AskingCall,
    scopes: readonly LimitScope[],
    full: LimitScope,
    isMeasured: boolean,
    nowMs: number,
  ): Admission {
    const { maxQueuedCalls, maxQueueMs, criticality } = this.#options;
    if (maxQueuedCalls === 0) {
      return this.#refuse("concurrency", `${full.name} runs as many calls as it may`);
    }
    const level = levelOf(call, criticality, this.#parts.logger);
    if (this.#waiting.size >= maxQueuedCalls) {
      const least = this.#waiting.leastBelow(level);
      if (least === undefined) {
        return this.#refuse(
          "concurrency",
          `${full.name} runs as many calls as it may, and more wait`,
        );
      }
      this.#expel(least, "a call that matters more took the place in the queue");
    }
    count(scopes, nowMs);
    const waiting = new WaitingCall(scopes, level, this.#onExpired);
    const place = new Promise<CallPlace>((resolve, reject) => {
      waiting.begin = () => resolve(this.#place(scopes, isMeasured));
      waiting.refuse = reject;
    });
    this.#waiting.add(waiting);
    this.#parts.clock.start(waiting, maxQueueMs);
    const leave = () => {
      if (this.#waiting.remove(waiting)) this.#parts.clock.stop(waiting);
    };
    return { kind: "waits", place, leave };
  }

  readonly #onExpired = (call: WaitingCall): void => {
    this.#expel(call, "no place became free in time");
  };

  #expel(call: WaitingCall, text: string): void {
    if (!this.#waiting.remove(call)) return;
    this.#parts.clock.stop(call);
    this.refused.queue++;
    call.refuse(this.#refusals.error(text, this.#pushbackMs()));
  }

  #refuse(reason: RefusalReason, text: string, waitMs = this.#pushbackMs()): Admission {
    this.refused[reason]++;
    return { kind: "refused", error: this.#refusals.error(text, waitMs) };
  }

  /** Half as long to half longer, so that those who were turned away together do not come back together. */
  #pushbackMs(): number {
    return this.#options.pushbackMs * (0.5 + this.#parts.random());
  }

  #place(scopes: readonly LimitScope[], isMeasured: boolean): CallPlace {
    return new RunningPlace(scopes, isMeasured ? this.#parts.clock : undefined, this.#watcher);
  }

  /** Lets those in that wait, and whose turn it is. */
  readonly #onFree = (): void => {
    while (this.#waiting.size > 0 && !this.server.isFull) {
      const next = this.#waiting.nextWithRoom();
      if (next === undefined) return;
      this.#waiting.remove(next);
      this.#parts.clock.stop(next);
      next.begin();
    }
  };

  readonly #watcher = { onFree: this.#onFree, onThrown: this.#onThrown };
}

function count(scopes: readonly LimitScope[], nowMs: number): void {
  for (const scope of scopes) scope.rate?.take(nowMs);
}

function isLimited({ maxConcurrency, rateLimit }: LoadLimitOptions): boolean {
  return maxConcurrency !== undefined || rateLimit !== undefined;
}
