/**
 * Counts what a peer may do too much of. Nothing is allocated, and no clock is read, until it does it once.
 */
import type { ResolvedHttp2Options } from "../http2-options.js";
import { RateBudget } from "./rate-budget.js";

/** What is counted; each has an option for its rate. */
export type FloodKind =
  | "resets"
  | "stream errors"
  | "pings"
  | "settings"
  | "empty frames"
  | "minor frames";

const rateOptions = {
  resets: "maxResetsPerSecond",
  "stream errors": "maxStreamErrorsPerSecond",
  pings: "maxPingsPerSecond",
  settings: "maxSettingsPerSecond",
  "empty frames": "maxEmptyFramesPerSecond",
  "minor frames": "maxMinorFramesPerSecond",
} as const satisfies Record<FloodKind, keyof ResolvedHttp2Options>;

/** Seconds' worth of each rate that may come at once. */
const burstSeconds = 5;

/**
 * PING frames that may come too early where there is a least time between them.
 *
 * @see https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md "ping strikes"
 */
const earlyPings = 2;

/** Guard of one connection. */
export class FloodGuard {
  readonly #options: ResolvedHttp2Options;
  #budgets: Partial<Record<FloodKind, RateBudget>> | undefined;
  #useful = 0;
  #fundedPings = 0;
  #completed = 0;
  #fundedResets = 0;

  constructor(options: ResolvedHttp2Options) {
    this.#options = options;
  }

  /**
   * Notes a frame that carries something, received or sent. Those sent count as well: grpc-go asks with a PING for each DATA
   * that it gets how much the way holds.
   */
  noteUseful(): void {
    this.#useful++;
  }

  /** Notes a stream that came to its regular end. */
  noteCompleted(): void {
    this.#completed++;
  }

  /** Whether one more of `kind` is bearable. */
  allows(kind: FloodKind): boolean {
    const nowMs = this.#options.clock.nowMs();
    this.#budgets ??= {};
    let budget = this.#budgets[kind];
    if (budget === undefined) {
      budget = this.#budgetFor(kind, nowMs);
      this.#budgets[kind] = budget;
    }
    if (kind === "pings") {
      budget.fund(this.#useful - this.#fundedPings);
      this.#fundedPings = this.#useful;
    } else if (kind === "resets") {
      budget.fund(this.#completed - this.#fundedResets);
      this.#fundedResets = this.#completed;
    }
    return budget.spend(nowMs);
  }

  #budgetFor(kind: FloodKind, nowMs: number): RateBudget {
    const { minPingIntervalMs } = this.#options;
    if (kind === "pings" && minPingIntervalMs > 0) {
      return new RateBudget(1_000 / minPingIntervalMs, earlyPings + 1, nowMs);
    }
    const perSecond = this.#options[rateOptions[kind]];
    return new RateBudget(perSecond, perSecond * burstSeconds, nowMs);
  }
}
