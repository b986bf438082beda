/** How a server of a scenario behaves, whichever program serves. */
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/harness/random.js";
import { wallMs } from "../process/wall-clock.js";

export type Behaviour =
  /** Answers. */
  | { readonly mode: "well" }
  /** Answers UNAVAILABLE, at once, to this share of the requests. */
  | { readonly mode: "refuse"; readonly ratio: number }
  /** Takes requests and answers none. */
  | { readonly mode: "hang" }
  /** Answers so many milliseconds later than it was asked to. */
  | { readonly mode: "slow"; readonly byMs: number };

/** What came to a server. */
export interface ServerReport {
  /** When requests came, since the epoch in milliseconds. */
  readonly arrivals: Float64Array;
  /** Handlers that have not ended. */
  readonly running: number;
}

/** The handler of both programs' servers. */
export class Behaving {
  #behaviour: Behaviour = { mode: "well" };
  #arrivals: number[] = [];
  #running = 0;
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  become(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
  }

  /** What came since it was asked last. */
  report(): ServerReport {
    const arrivals = Float64Array.from(this.#arrivals);
    this.#arrivals = [];
    return { arrivals, running: this.#running };
  }

  /** Takes a request, and resolves when it is to be answered: true with its text, false with UNAVAILABLE. */
  async handle(delayMs: number): Promise<boolean> {
    const behaviour = this.#behaviour;
    this.#arrivals.push(wallMs());
    this.#running++;
    try {
      if (behaviour.mode === "refuse" && this.#random() < behaviour.ratio) return false;
      if (behaviour.mode === "hang") await new Promise(() => {});
      const byMs = behaviour.mode === "slow" ? behaviour.byMs : 0;
      if (delayMs + byMs > 0) await sleep(delayMs + byMs);
      return true;
    } finally {
      this.#running--;
    }
  }
}
