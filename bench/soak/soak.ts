/** The soak: calls, faults, rest, and a look at what is left. */
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../processes/process/child.js";
import { seededRandom } from "../src/harness/random.js";
import type { SoakArgs } from "./args.js";
import type { ClientHoldings, SoakClientCommands } from "./commands.js";
import { drawFault, faults } from "./faults.js";
import { countExecutions, noteFault, readFaults } from "./journal.js";
import { SoakedServer } from "./soaked-server.js";
import type { CallTally, Ends } from "./tally.js";

/** What a soak found. */
export interface SoakResult {
  readonly args: SoakArgs;
  /** Calls while things failed, and afterwards. */
  readonly troubled: CallTally;
  readonly healed: CallTally;
  /** How often each fault happened, by name. */
  readonly faults: ReadonlyMap<string, number>;
  /** Of the process of clients: before there are any, after a warm-up, at the end, and when all are closed. */
  readonly client: Readonly<Record<"empty" | "warm" | "end" | "closed", ClientHoldings>>;
  /** Of the server whose process never ends. */
  readonly server: Readonly<Record<"warmHeapBytes" | "endHeapBytes" | "running", number>>;
  readonly ends: Ends;
  readonly executions: Uint8Array;
  /** What was noted by any process, such as rejections that nobody handled. */
  readonly noted: readonly string[];
}

const serverNames = ["survivor", "second", "third", "fourth"];
/** Time in which each server has to be without fault at least once, in milliseconds. */
const faultEveryMs = 700;
const maxFaultyAtOnce = 3;
/** Less than what clients remember of bad times, and enough for them to see that those are over. */
const healSeconds = 8;
const calmSeconds = 3;
const restMs = 1_500;
const loadPatienceMs = 120_000;

export class Soak {
  readonly #args: SoakArgs;
  readonly #folder: string;
  readonly #random: () => number;
  readonly #servers: readonly SoakedServer[];
  readonly #client = new Child<SoakClientCommands>("client", "../../soak/client-main.js");
  readonly #happened = new Map(faults.map(({ name }) => [name, 0]));
  readonly #faulty = new Map<SoakedServer, Promise<unknown>>();

  /** `folder` takes what processes must not forget. */
  constructor(args: SoakArgs, folder: string) {
    this.#args = args;
    this.#folder = folder;
    this.#random = seededRandom(args.seed);
    this.#servers = serverNames.map(
      (name, index) =>
        new SoakedServer({ name, folder, maxConnectionAgeMs: index === 1 ? 2_000 : 0 }),
    );
  }

  async run(tell: (line: string) => void): Promise<SoakResult> {
    const { seconds, seed } = this.#args;
    const empty = await this.#client.ask("count", {});
    await Promise.all(this.#servers.map((server) => server.start()));
    await this.#guard();
    const addresses = this.#servers.map(({ address }) => address);
    await this.#client.ask("connect", { addresses, folder: this.#folder, seed });

    const warmSeconds = Math.min(20, Math.max(3, seconds / 6));
    tell(`warm-up of ${Math.round(warmSeconds)} s`);
    await this.#load(warmSeconds, true);
    const warm = await this.#look();

    tell(`${seconds} s of faults`);
    const load = this.#load(seconds, true);
    await this.#makeFaults(seconds * 1_000);
    const troubled = await load;

    tell("all is mended");
    await this.#load(healSeconds, false); // the clients find out that all is well
    const healed = await this.#load(calmSeconds, false);
    const end = await this.#look();

    const ends = await this.#client.ask("close", {});
    await sleep(restMs);
    const closed = await this.#client.ask("count", {});
    await Promise.all(this.#servers.map((server) => server.drain()));
    return {
      args: this.#args,
      troubled,
      healed,
      faults: this.#happened,
      client: { empty, warm: warm.client, end: end.client, closed },
      server: {
        warmHeapBytes: warm.survivor.heapBytes,
        endHeapBytes: end.survivor.heapBytes,
        running: end.running,
      },
      ends,
      executions: await countExecutions(this.#folder, ends.calls),
      noted: await readFaults(this.#folder),
    };
  }

  /** Ends every process. */
  destroy(): void {
    for (const server of this.#servers) server.destroy();
    this.#client.signal("SIGKILL");
  }

  #load(seconds: number, isTroubled: boolean): Promise<CallTally> {
    const { perSecond } = this.#args;
    const patienceMs = seconds * 1_000 + loadPatienceMs;
    return this.#client.ask("load", { seconds, perSecond, isTroubled }, patienceMs);
  }

  /** Looks at what processes hold while no call runs. */
  async #look() {
    await sleep(restMs);
    const counts = await Promise.all(this.#servers.map((server) => server.count()));
    const [survivor] = counts;
    if (survivor === undefined) throw new Error("there are no servers");
    const running = counts.reduce((sum, count) => sum + count.running, 0);
    return { client: await this.#client.ask("count", {}), survivor, running };
  }

  /** Resolves when all that was broken is mended. */
  async #makeFaults(forMs: number): Promise<void> {
    const startMs = performance.now();
    while (performance.now() - startMs < forMs) {
      await sleep(faultEveryMs * (0.3 + 1.4 * this.#random()));
      if (this.#faulty.size < maxFaultyAtOnce) this.#makeFault();
    }
    await Promise.all(this.#faulty.values());
  }

  #makeFault(): void {
    const well = this.#servers.filter((server) => !this.#faulty.has(server));
    const server = well[Math.floor(this.#random() * well.length)];
    if (server === undefined) return;
    const fault = drawFault(server !== this.#servers[0], this.#random);
    const pause = (fromMs: number, toMs: number) =>
      sleep(fromMs + (toMs - fromMs) * this.#random());
    this.#happened.set(fault.name, (this.#happened.get(fault.name) ?? 0) + 1);
    const happening = fault
      .happen(server, pause)
      .then(() => this.#guard())
      .catch((error) => noteFault(this.#folder, `${fault.name}: ${error}`))
      .finally(() => this.#faulty.delete(server));
    this.#faulty.set(server, happening);
  }

  async #guard(): Promise<void> {
    const pids = this.#servers.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    await this.#client.ask("guard", { pids }, loadPatienceMs);
  }
}
