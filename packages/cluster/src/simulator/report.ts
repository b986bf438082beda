import { checkKnownOptions, checkNumber } from "@thrice/core";
import type { AttemptNote, CallNote } from "./recorder.js";
import type { SimulatedClient } from "./simulated-client.js";
import type { SimulatedServer } from "./simulated-server.js";
import { type Summary, summarize } from "./summary.js";

/** When a service counts as recovered. */
export interface RecoveryOptions {
  /** Share of the calls that has to go well, 0 to 1. @defaultValue 0.95 */
  readonly successRatio?: number | undefined;
  /** Stretches in which they are counted, in milliseconds. @defaultValue 250 */
  readonly windowMs?: number | undefined;
  /** What happens after this time does not count, in milliseconds. @defaultValue the end of the run */
  readonly untilMs?: number | undefined;
}

/** What the clients of a run have done. All times are milliseconds from the start of the simulation. */
export class Report {
  readonly fromMs: number;
  readonly toMs: number;
  readonly #calls: readonly CallNote[];
  readonly #attempts: readonly AttemptNote[];
  #total: Summary | undefined;

  /** @internal */
  constructor(clients: readonly SimulatedClient[], fromMs: number, toMs: number) {
    this.fromMs = fromMs;
    this.toMs = toMs;
    const recorders = clients.map(({ recorder }) => recorder);
    this.#calls = inOrder(recorders.map(({ calls }) => between(calls, fromMs, toMs)));
    this.#attempts = inOrder(recorders.map(({ attempts }) => between(attempts, fromMs, toMs)));
  }

  /** The whole run. */
  get total(): Summary {
    this.#total ??= this.between(this.fromMs, Number.POSITIVE_INFINITY);
    return this.#total;
  }

  /** Calls and attempts that began from `fromMs` on and before `toMs`. */
  between(fromMs: number, toMs: number): Summary {
    const calls = between(this.#calls, fromMs, toMs);
    const attempts = between(this.#attempts, fromMs, toMs);
    return summarize(calls, attempts, { fromMs, toMs: Math.min(toMs, this.toMs) });
  }

  /** The run in stretches of `lengthMs`. @throws RangeError if that is not above 0. */
  windows(lengthMs = 1_000): Summary[] {
    checkNumber("lengthMs", lengthMs, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER);
    const windows: Summary[] = [];
    for (let fromMs = this.fromMs; fromMs < this.toMs; fromMs += lengthMs) {
      windows.push(this.between(fromMs, fromMs + lengthMs));
    }
    return windows;
  }

  /**
   * Time from `fromMs` on until enough calls go well, and go on to do so up to the end, in milliseconds: 0 if they did at once,
   * undefined if they never did.
   *
   * @throws TypeError or RangeError naming field, bound and value.
   */
  recoveryMs(fromMs: number, options: RecoveryOptions = {}): number | undefined {
    checkKnownOptions("options", options, new Set(["successRatio", "windowMs", "untilMs"]));
    const { successRatio = 0.95, windowMs = 250, untilMs = this.toMs } = options;
    checkNumber("successRatio", successRatio, 0, 1);
    checkNumber("windowMs", windowMs, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER);
    let recoveredMs = fromMs;
    let isLastBad = false;
    for (let atMs = fromMs; atMs < untilMs; atMs += windowMs) {
      const calls = between(this.#calls, atMs, Math.min(atMs + windowMs, untilMs));
      if (calls.length === 0) continue;
      isLastBad = calls.filter(isGood).length < successRatio * calls.length;
      if (isLastBad) recoveredMs = atMs + windowMs;
    }
    return isLastBad ? undefined : recoveredMs - fromMs;
  }

  /** Time from `fromMs` on until `server` answers an attempt well, in milliseconds; undefined if it never does. */
  firstAnswerMs(server: SimulatedServer, fromMs: number): number | undefined {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { server: id, answeredMs } of this.#attempts) {
      if (id === server.id && answeredMs >= fromMs && answeredMs < firstMs) firstMs = answeredMs;
    }
    return firstMs === Number.POSITIVE_INFINITY ? undefined : firstMs - fromMs;
  }

  /** When attempts at `server` began, also those that did not reach it, in order. */
  attemptsAt(server: SimulatedServer): readonly number[] {
    return this.#attempts
      .filter(({ server: id }) => id === server.id)
      .map(({ beganMs }) => beganMs);
  }

  /** The whole, and second by second. */
  toJSON(): { readonly total: Summary; readonly windows: readonly Summary[] } {
    return { total: this.total, windows: this.windows() };
  }
}

function isGood({ endedMs, code }: CallNote): boolean {
  return code === 0 && !Number.isNaN(endedMs);
}

interface Timed {
  readonly beganMs: number;
}

function inOrder<T extends Timed>(lists: readonly (readonly T[])[]): readonly T[] {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  return lists.flat().sort((one, other) => one.beganMs - other.beganMs);
}

/** Of a list in order, those that began from `fromMs` on and before `toMs`. */
function between<T extends Timed>(items: readonly T[], fromMs: number, toMs: number): readonly T[] {
  return items.slice(firstFrom(items, fromMs), firstFrom(items, toMs));
}

function firstFrom(items: readonly Timed[], fromMs: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle] as Timed).beganMs < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
