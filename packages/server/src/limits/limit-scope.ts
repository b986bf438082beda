import type { ConcurrencyMeter, LoadLimitOptions, RateMeter } from "@thrice/core";

/** What counts calls by one level's limits: of a server, a service or a method. */
export class LimitScope {
  /** For texts, such as "the server". */
  readonly name: string;
  /** Calls whose handlers run. */
  running = 0;
  readonly rate: RateMeter | undefined;
  readonly meter: ConcurrencyMeter | undefined;
  readonly #fixedLimit: number;

  /** `options` are checked. */
  constructor(name: string, { maxConcurrency, rateLimit }: LoadLimitOptions, nowMs: number) {
    this.name = name;
    this.rate = rateLimit?.start(nowMs);
    this.meter = typeof maxConcurrency === "object" ? maxConcurrency.start() : undefined;
    this.#fixedLimit =
      typeof maxConcurrency === "number" ? maxConcurrency : Number.POSITIVE_INFINITY;
  }

  /** Calls that may run at once now. */
  get limit(): number {
    return this.meter === undefined ? this.#fixedLimit : Math.floor(this.meter.limit);
  }

  /** One call may run in any case, whatever a meter of the application says. */
  get isFull(): boolean {
    return this.running > 0 && this.running >= this.limit;
  }
}
