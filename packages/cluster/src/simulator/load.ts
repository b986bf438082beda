import { checkFunction, checkKnownOptions, checkNumber, checkOneOf } from "@thrice/core";
import type { SimulatedClient } from "./simulated-client.js";
import type { VirtualClock } from "./virtual-clock.js";

/** Calls that begin whether or not those before them have ended, so that a slow service does not slow down its callers. */
export interface LoadOptions {
  /** Who calls: one client, or several among whom the calls are shared out. */
  readonly client: SimulatedClient | readonly SimulatedClient[];
  /** Calls per second, of all clients together, above 0; or a function of the time in milliseconds since the load began. */
  readonly perSecond: number | ((atMs: number) => number);
  /** How long it lasts. */
  readonly seconds: number;
  /** When it begins, in seconds from the start of the run. @defaultValue 0 */
  readonly fromSeconds?: number | undefined;
  /** Calls come evenly, or at random as from many independent callers. @defaultValue "poisson" */
  readonly arrivals?: "constant" | "poisson" | undefined;
  /** Attachments of call number `call`, 0 for the first. @defaultValue none */
  readonly header?: ((call: number) => Readonly<Record<string, string>>) | undefined;
}

const known = new Set(["client", "perSecond", "seconds", "fromSeconds", "arrivals", "header"]);
const maxPerSecond = 1_000_000;

/** Makes calls as `LoadOptions` say. */
export class Load {
  readonly clients: readonly SimulatedClient[];
  readonly #options: LoadOptions;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  #beganMs = 0;
  #dueMs = 0;
  #calls = 0;
  isOver = false;

  /** @throws TypeError or RangeError naming field, bound and value. */
  constructor(options: LoadOptions, clock: VirtualClock, random: () => number) {
    checkKnownOptions("options of a load", options, known);
    const { client, perSecond, seconds, fromSeconds = 0, arrivals = "poisson", header } = options;
    this.clients = Array.isArray(client) ? client : [client as SimulatedClient];
    if (this.clients.length === 0) throw new RangeError("client must name at least 1, got []");
    if (typeof perSecond !== "function") {
      checkNumber("perSecond", perSecond, Number.MIN_VALUE, maxPerSecond);
    }
    checkNumber("seconds", seconds, 0, 86_400);
    checkNumber("fromSeconds", fromSeconds, 0, 86_400);
    checkOneOf("arrivals", arrivals, ["constant", "poisson"]);
    if (header !== undefined) checkFunction("header", header);
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
  }

  begin(): void {
    const { fromSeconds = 0 } = this.#options;
    this.#beganMs = this.#clock.nowMs() + fromSeconds * 1_000;
    this.#dueMs = this.#beganMs;
    this.#setNext();
  }

  #setNext(): void {
    const { seconds } = this.#options;
    this.#dueMs += this.#gapMs();
    if (this.#dueMs > this.#beganMs + seconds * 1_000) this.isOver = true;
    else this.#clock.setTimer(this.#dueMs - this.#clock.nowMs(), () => this.#callNow());
  }

  #gapMs(): number {
    const { perSecond, arrivals } = this.#options;
    const rate = typeof perSecond === "number" ? perSecond : perSecond(this.#dueMs - this.#beganMs);
    const meanMs = 1_000 / checkNumber("perSecond", rate, Number.MIN_VALUE, maxPerSecond);
    return arrivals === "constant" ? meanMs : -Math.log(1 - this.#random()) * meanMs;
  }

  #callNow(): void {
    const { header } = this.#options;
    const call = this.#calls++;
    const client = this.clients[this.#chooseClient(call)] as SimulatedClient;
    this.#setNext();
    client.start(header === undefined ? {} : { header: new Headers(header(call)) }, () => {});
  }

  #chooseClient(call: number): number {
    const { length } = this.clients;
    const isEven = length === 1 || this.#options.arrivals === "constant";
    return isEven ? call % length : Math.floor(this.#random() * length);
  }
}
