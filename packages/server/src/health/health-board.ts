/** What a server says about the health of its services, and who waits for news of that. */
import { Code, ConnectError } from "@connectrpc/connect";
import { checkOneOf, show } from "@thrice/core";

/** Whether a service takes calls. */
export type HealthStatus = "serving" | "not_serving";

/** Switches what probes are told. It has no influence on calls: who asks decides. */
export interface ServerHealth {
  /**
   * Says that a service takes calls, or does not. `service` is its full name, such as `greet.GreetService`, with or without
   * such a service; `""` stands for the server as a whole, which is told apart. Once the server stops, all are
   * `not_serving` for good.
   *
   * @throws TypeError naming field and value if `service` is no text or `status` no status.
   */
  set(service: string, status: HealthStatus): void;
  /** What was said last; undefined for a service that nobody has spoken of. */
  get(service: string): HealthStatus | undefined;
}

/** Shape: open → draining, when all is `not_serving` for good → ended, when nobody waits any more. */
export class HealthBoard implements ServerHealth {
  readonly #statuses = new Map<string, HealthStatus>([["", "serving"]]);
  readonly #waiting = new Set<() => void>();
  #isDraining = false;
  #hasEnded = false;

  set(service: string, status: HealthStatus): void {
    if (typeof service !== "string") {
      throw new TypeError(`service of health.set must be a name, got ${show(service)}`);
    }
    checkOneOf("status of health.set", status, ["serving", "not_serving"]);
    if (this.#isDraining) return;
    this.#statuses.set(service, status);
    this.#tell();
  }

  get(service: string): HealthStatus | undefined {
    return this.#statuses.get(service);
  }

  /** All that is known, by the name of the service. */
  all(): [string, HealthStatus][] {
    return [...this.#statuses];
  }

  /** Says of a service that it is there, unless something was said of it. */
  add(service: string): void {
    if (!this.#statuses.has(service)) this.set(service, "serving");
  }

  /** Says that nothing takes calls any more. */
  drain(): void {
    this.#isDraining = true;
    for (const service of this.#statuses.keys()) this.#statuses.set(service, "not_serving");
    this.#tell();
  }

  /** Sends away those who wait: nothing will change any more. */
  end(): void {
    this.#hasEnded = true;
    this.#tell();
  }

  /**
   * Resolves at the next change of anything. Rejects with the reason of `signal` when that aborts, and with `unavailable`
   * when the server ends.
   */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        if (signal.aborted) reject(signal.reason);
        else if (this.#hasEnded) reject(new ConnectError("the server stops", Code.Unavailable));
        else resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
      if (signal.aborted || this.#hasEnded) wake();
    });
  }

  #tell(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
