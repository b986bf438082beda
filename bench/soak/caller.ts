/** Makes the calls of the soak: one client per wire, replaced now and then, and a note of how each call ended. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createLogger, newClient } from "@thrice/client";
import { newSoakService, type SoakServiceClient } from "../src/gen/soak/soak_thrice.js";
import { seededRandom } from "../src/harness/random.js";
import { drawCall, methods } from "./call-plan.js";
import { type CallRoom, makeCall } from "./make-call.js";
import { addEnd, type CallTally, type Ends, emptyTally } from "./tally.js";
import { type Wire, wires } from "./wires.js";

const maxUnderWay = 400;
const tickMs = 5;
const swapEveryMs = 2_000;
const swapGraceMs = 1_000;
/** More than a busy machine takes to open a connection, and less than the longest silence. */
const connectTimeoutMs = 3_000;

interface Party {
  readonly wire: Wire;
  client: Client;
  stub: SoakServiceClient;
}

export interface Load {
  readonly seconds: number;
  readonly perSecond: number;
  /** Whether things fail meanwhile: clients are replaced then, and some calls turn retries off. */
  readonly isTroubled: boolean;
}

export class Caller {
  readonly room: CallRoom = { signal: new AbortController().signal, openSources: 0 };
  readonly #addresses: readonly string[];
  readonly #random: () => number;
  readonly #parties: Party[];
  readonly #maxExecutions: number[] = [];
  readonly #answered: number[] = [];
  #underWay = 0;

  constructor(addresses: readonly string[], seed: number) {
    this.#addresses = addresses;
    this.#random = seededRandom(seed);
    this.#parties = wires.map((wire) => ({ wire, ...this.#open(wire) }));
  }

  /** Begins calls when they are due, however long others take, and resolves when all have ended. */
  async load({ seconds, perSecond, isTroubled }: Load): Promise<CallTally> {
    const tally = emptyTally(methods);
    const swapping = isTroubled ? setInterval(() => this.#swapOne(), swapEveryMs) : undefined;
    const startMs = performance.now();
    const due = Math.round(seconds * perSecond);
    for (let begun = 0; begun < due; await sleep(tickMs)) {
      const dueNow = Math.min(due, ((performance.now() - startMs) * perSecond) / 1_000);
      for (; begun < dueNow; begun++) this.#begin(tally, isTroubled);
    }
    clearInterval(swapping);
    while (this.#underWay > 0) await sleep(tickMs);
    return tally;
  }

  async close(): Promise<Ends> {
    await Promise.all(this.#parties.map(({ client }) => client.close()));
    return {
      calls: this.#maxExecutions.length,
      maxExecutions: Uint8Array.from(this.#maxExecutions),
      answered: Uint8Array.from(this.#answered),
    };
  }

  #begin(tally: CallTally, canGiveUp: boolean): void {
    if (this.#underWay >= maxUnderWay) {
      tally.skipped++;
      return;
    }
    const party = this.#parties[Math.floor(this.#random() * this.#parties.length)];
    if (party === undefined) return;
    const plan = drawCall(this.#maxExecutions.length, { ...party.wire, canGiveUp }, this.#random);
    this.#maxExecutions.push(plan.maxExecutions);
    this.#answered.push(0);
    this.#underWay++;
    void makeCall(party.stub, plan, this.room).then(({ kind, text }) => {
      this.#underWay--;
      const where = text === undefined ? {} : { text: `${party.wire.name}: ${text}` };
      addEnd(tally, plan.method, { kind, ...where });
      if (kind === "answered" && plan.lengths.length > 0) this.#answered[plan.call] = 1;
    });
  }

  #open({ options }: Wire): Pick<Party, "client" | "stub"> {
    const url = this.#addresses.map((address) => `tri://${address}`);
    const client = newClient({ url, connectTimeoutMs, logger: createLogger(() => {}), ...options });
    return { client, stub: newSoakService(client) };
  }

  /** Replaces a client, and lets its calls finish. */
  #swapOne(): void {
    const party = this.#parties[Math.floor(this.#random() * this.#parties.length)];
    if (party === undefined) return;
    const { client } = party;
    Object.assign(party, this.#open(party.wire));
    void client.close({ graceMs: swapGraceMs });
  }
}
