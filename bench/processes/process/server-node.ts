import type { Holdings } from "../../src/harness/holdings.js";
import type { Behaviour, ServerReport } from "../stacks/behaviour.js";
import type { Child } from "./child.js";
import type { ServerCommands, Stack } from "./commands.js";
import { wallMs } from "./wall-clock.js";

/** Where a server listens, and what it is. */
export interface ServerPlan {
  readonly stack: Stack;
  readonly host: string;
  readonly seed: number;
}

const startTries = 5;

/** A server at an address, in one process after the other. */
export class ServerNode {
  readonly #plan: ServerPlan;
  readonly #newChild: () => Child<ServerCommands>;
  #child: Child<ServerCommands>;
  #port = 0;

  constructor(plan: ServerPlan, newChild: () => Child<ServerCommands>) {
    this.#plan = plan;
    this.#newChild = newChild;
    this.#child = newChild();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `${this.#plan.host}:${this.#port}`;
  }

  /** Listens, at the port it had if it had one. Resolves with the time at which it did, since the epoch in milliseconds. */
  async serve(): Promise<number> {
    const { port, listeningMs } = await this.#child.ask("serve", {
      ...this.#plan,
      port: this.#port,
    });
    this.#port = port;
    return listeningMs;
  }

  behave(behaviour: Behaviour): Promise<null> {
    return this.#child.ask("behave", behaviour);
  }

  report(): Promise<ServerReport> {
    return this.#child.ask("report", {});
  }

  count(): Promise<Holdings> {
    return this.#child.ask("count", {});
  }

  /** Kills the process as a crash does; answers with the time. */
  async kill(): Promise<number> {
    const atMs = wallMs();
    await this.#child.end();
    return atMs;
  }

  /** Halts the process, with its sockets open; answers with the time. */
  halt(): number {
    this.#child.signal("SIGSTOP");
    return wallMs();
  }

  /** Lets a halted process go on; answers with the time. */
  goOn(): number {
    this.#child.signal("SIGCONT");
    return wallMs();
  }

  /** Asks the process to end as an operator does, and resolves when it has. */
  async stop(): Promise<void> {
    this.#child.signal("SIGTERM");
    await this.#child.gone();
  }

  /** A new process at the old address. Resolves as {@link ServerNode.serve}. */
  async restart(): Promise<number> {
    for (let tries = 1; ; tries++) {
      this.#child = this.#newChild();
      try {
        return await this.serve();
      } catch (error) {
        if (tries === startTries) throw error;
        await this.#child.end(); // the port may be some outgoing connection's for a moment
      }
    }
  }
}
