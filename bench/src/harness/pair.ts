import type { Certificate } from "../contestant.js";
import type { Entry } from "../contestants.js";
import type { Scenario } from "../scenarios.js";
import { WorkerProcess } from "./worker-process.js";

/** Bound of everything that is no load: loading modules, listening, connecting, counting. */
export const stepTimeoutMs = 20_000;

/** What the pairs of a run share. */
export interface Surroundings {
  readonly certificate: Certificate;
  /** Processes that run now; whoever ends the run early kills them. */
  readonly alive: Set<WorkerProcess>;
}

/** A server and a client of one contestant, each in its process. */
export class Pair {
  readonly server = new WorkerProcess("server");
  readonly client = new WorkerProcess("client");
  readonly #alive: Set<WorkerProcess>;
  #port = 0;

  constructor({ alive }: Surroundings) {
    this.#alive = alive;
    alive.add(this.server).add(this.client);
  }

  get port(): number {
    return this.#port;
  }

  /** Starts the server, and connects the client if the scenario makes calls. */
  async start(entry: Entry, scenario: Scenario, certificate: Certificate): Promise<void> {
    const tls = scenario.kind === "load" && scenario.tls ? certificate : undefined;
    const contestant = entry.name;
    this.#port = await this.server.ask({ do: "serve", contestant, tls }, stepTimeoutMs);
    if (scenario.kind === "idle") return;
    const { port } = this;
    await this.client.ask({ do: "connect", contestant, tls, port }, stepTimeoutMs);
  }

  /** Kills both processes and waits until they are gone. */
  async end(): Promise<void> {
    await Promise.all([this.server.end(), this.client.end()]);
    this.#alive.delete(this.server);
    this.#alive.delete(this.client);
  }
}
