import {
  type CancelTimer,
  type Endpoint,
  endpointFromProvider,
  logQuietly,
  type ServiceUpdate,
  type ServiceWatch,
  type TcpAddress,
  WatchedService,
} from "@thrice/core";
import type { ResolvedDnsOptions } from "./dns-options.js";
import { type Questions, type Resolved, resolveName } from "./resolve-name.js";

/** Share by which a pause may be longer than it has to be, drawn at random. */
const jitterShare = 0.2;

/** One name that is asked for as long as somebody watches it. */
export class PolledName {
  readonly #name: TcpAddress;
  readonly #questions: Questions;
  readonly #options: ResolvedDnsOptions;
  readonly #onIdle: () => void;
  readonly #watches = new Set<WatchedService>();
  #endpoints: readonly Endpoint[] | undefined;
  #problem = "";
  /** Answers in a row that brought nothing. */
  #failures = 0;
  #undoTimer: CancelTimer | undefined;
  #isClosed = false;

  constructor(
    name: TcpAddress,
    questions: Questions,
    options: ResolvedDnsOptions,
    onIdle: () => void,
  ) {
    this.#name = name;
    this.#questions = questions;
    this.#options = options;
    this.#onIdle = onIdle;
    void this.#poll();
  }

  watch(onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const onClose = () => {
      this.#watches.delete(watch);
      if (this.#watches.size === 0) this.#end();
    };
    const watch = new WatchedService({ clock: this.#options.clock, onUpdate, onClose });
    this.#watches.add(watch);
    this.#feed(watch);
    return watch;
  }

  /** Closes every watch. */
  close(): void {
    for (const watch of [...this.#watches]) watch.close();
  }

  #end(): void {
    this.#isClosed = true;
    this.#undoTimer?.();
    this.#onIdle();
  }

  async #poll(): Promise<void> {
    const settle = await resolveName(this.#questions, this.#name).then(
      (resolved) => () => this.#take(resolved),
      (cause: Error) => () => this.#fail(cause),
    );
    if (this.#isClosed) return;
    const pauseMs = settle();
    for (const watch of this.#watches) this.#feed(watch);
    const { clock, random } = this.#options;
    const delayMs = pauseMs * (1 + jitterShare * random());
    this.#undoTimer = clock.setTimer(delayMs, () => void this.#poll());
  }

  /** How long the answer holds, in milliseconds. */
  #take({ addresses, ttlMs }: Resolved): number {
    const { intervalMs, minIntervalMs } = this.#options;
    this.#endpoints = addresses.flatMap((address) => {
      const entry = endpointFromProvider(address);
      return entry.ok ? [entry.endpoint] : [];
    });
    if (this.#problem !== "") {
      this.#log("info", "%s can be resolved again", this.#name.host);
    }
    this.#problem = "";
    if (addresses.length === 0) return this.#growingPauseMs();
    this.#failures = 0;
    return Math.max(minIntervalMs, Math.min(intervalMs, ttlMs));
  }

  /** When to try again, in milliseconds. */
  #fail({ message }: Error): number {
    if (this.#problem === "") {
      this.#log("warn", "%s cannot be resolved: %s", this.#name.host, message);
    }
    this.#problem = message;
    return this.#growingPauseMs();
  }

  /** What brings nothing is asked for again soon, and then less and less. */
  #growingPauseMs(): number {
    const { intervalMs, minIntervalMs } = this.#options;
    return Math.min(intervalMs, minIntervalMs * 2 ** Math.min(this.#failures++, 30));
  }

  #feed(watch: WatchedService): void {
    if (this.#endpoints !== undefined) {
      watch.replace(this.#endpoints.map((endpoint) => [endpoint.id, endpoint]));
    }
    if (this.#problem !== "") watch.setState("stale", this.#problem);
  }

  #log(level: "info" | "warn", format: string, ...values: readonly string[]): void {
    const { logger } = this.#options;
    logQuietly(() => logger[`${level}f`](`registry dns: ${format}`, ...values));
  }
}
