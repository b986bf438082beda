import { checkFunction, checkKnownOptions, checkNumber, checkWholeNumber } from "@thrice/core";
import type { ClientOptions } from "./client-options.js";
import { Load, type LoadOptions } from "./load.js";
import { Report } from "./report.js";
import { seededRandom } from "./seeded-random.js";
import { resolveServer, type ServerOptions } from "./server-options.js";
import { SimulatedClient } from "./simulated-client.js";
import { SimulatedServer } from "./simulated-server.js";
import { VirtualClock } from "./virtual-clock.js";

export interface SimulationOptions {
  /** Whole number that all chance comes from: the same seed gives the same run. @defaultValue 1 */
  readonly seed?: number | undefined;
}

/** Longest time that calls are waited for after their load is over, in milliseconds. */
const maxSettleMs = 60_000;

/**
 * Servers and clients in virtual time, with the same policy objects that real clients use.
 *
 * @example
 * ```ts
 * const sim = new Simulation({ seed: 1 });
 * const servers = sim.servers(3, { latency: 10 });
 * const client = sim.client({ servers });
 * sim.at(10_000, () => servers[0]?.hang());
 * const report = await sim.run({ client, perSecond: 500, seconds: 60 });
 * console.log(report.total.successRatio);
 * ```
 */
export class Simulation {
  readonly #clock = new VirtualClock();
  readonly #seed: number;
  #streams = 0;
  #servers = 0;
  #isRunning = false;

  /** @throws TypeError or RangeError naming field, bound and value. */
  constructor(options: SimulationOptions = {}) {
    checkKnownOptions("options of a simulation", options, new Set(["seed"]));
    this.#seed = checkWholeNumber("seed", options.seed ?? 1, 0, 0xffff_ffff);
  }

  /** The time since the start, in milliseconds. */
  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Makes a server. @throws TypeError or RangeError naming field, bound and value. */
  server(options: ServerOptions = {}): SimulatedServer {
    const settings = resolveServer(options);
    return new SimulatedServer(`s${this.#servers++}`, settings, this.#clock, this.random());
  }

  /** Makes several servers of a kind. @throws TypeError or RangeError naming field, bound and value. */
  servers(count: number, options: ServerOptions = {}): SimulatedServer[] {
    checkWholeNumber("count", count, 0, 100_000);
    return Array.from({ length: count }, () => this.server(options));
  }

  /** Makes a client. @throws TypeError or RangeError naming field, bound and value. */
  client(options: ClientOptions): SimulatedClient {
    return new SimulatedClient(options, this.#clock, this.random());
  }

  /** Makes several clients of a kind, which share nothing. @throws TypeError or RangeError naming field, bound and value. */
  clients(count: number, options: ClientOptions): SimulatedClient[] {
    checkWholeNumber("count", count, 1, 100_000);
    return Array.from({ length: count }, () => this.client(options));
  }

  /** Makes a source of chance of its own, which draws from 0 up to, but not including, 1. */
  random(): () => number {
    return seededRandom(mixed(this.#seed ^ mixed(++this.#streams)));
  }

  /**
   * Does something at `atMs` milliseconds from the start. What it throws fails the run.
   *
   * @throws RangeError if that time is past.
   */
  at(atMs: number, act: () => void): void {
    checkNumber("atMs", atMs, this.nowMs, Number.MAX_SAFE_INTEGER);
    checkFunction("act", act);
    this.#clock.setTimer(atMs - this.nowMs, act);
  }

  /**
   * Runs one load, or several side by side, until all their calls have ended, and tells how they went. May be called again:
   * time goes on. Calls that have not ended a minute after the last one began count as unfinished.
   *
   * Rejects with what an action throws, and with a RangeError or TypeError if the options are wrong.
   */
  async run(options: LoadOptions | readonly LoadOptions[]): Promise<Report> {
    if (this.#isRunning) throw new TypeError("run must not be called while another run goes on");
    const all = Array.isArray(options) ? options : [options as LoadOptions];
    const loads = all.map((each: LoadOptions) => new Load(each, this.#clock, this.random()));
    const clients = [...new Set(loads.flatMap((load) => load.clients))];
    const fromMs = this.nowMs;
    this.#isRunning = true;
    try {
      for (const load of loads) load.begin();
      await this.#clock.run(Number.MAX_SAFE_INTEGER, () => loads.every(({ isOver }) => isOver));
      const toMs = this.nowMs;
      await this.#clock.run(toMs + maxSettleMs, () => clients.every(({ isIdle }) => isIdle));
    } finally {
      this.#isRunning = false;
    }
    return new Report(clients, fromMs, this.nowMs);
  }

  /** Lets `ms` milliseconds pass. Rejects with what an action throws. */
  async pass(ms: number): Promise<void> {
    checkNumber("ms", ms, 0, Number.MAX_SAFE_INTEGER);
    await this.#clock.run(this.nowMs + ms, () => false);
  }
}

/** Spreads numbers that follow each other over all that 32 bits hold. @see A. Appleby, MurmurHash3, its finalizer */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return bits ^ (bits >>> 16);
}
