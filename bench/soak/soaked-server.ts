import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../processes/process/child.js";
import type { SoakServerCommands } from "./commands.js";
import { noteFault } from "./journal.js";
import { FaultyProxy } from "./proxy.js";

export interface SoakedServerPlan {
  readonly name: string;
  /** Takes what must not be forgotten. */
  readonly folder: string;
  /** 0 for none. */
  readonly maxConnectionAgeMs: number;
}

/** Relative to the module of {@link Child}. */
const program = "../../soak/server-main.js";
/** How long a server may take to end once it is told to stop: its grace, and what a busy machine adds. */
const endPatienceMs = 15_000;

/** A server behind a network of its own, in one process after the other. */
export class SoakedServer {
  readonly proxy = new FaultyProxy();
  readonly plan: SoakedServerPlan;
  #child: Child<SoakServerCommands> | undefined;
  #isHalted = false;

  constructor(plan: SoakedServerPlan) {
    this.plan = plan;
  }

  /** Undefined while there is no process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where clients find it, whatever happens to the process. */
  get address(): string {
    return `127.0.0.1:${this.proxy.port}`;
  }

  /** Starts a process; clients can connect when it resolves. */
  async start(): Promise<void> {
    const child = new Child<SoakServerCommands>(this.plan.name, program);
    this.#child = child;
    void child.gone().then(() => {
      if (this.#child !== child) return;
      this.#child = undefined;
      noteFault(this.plan.folder, `${this.plan.name}: its process ended, and nobody told it to`);
    });
    const { port } = await child.ask("serve", this.plan);
    this.proxy.target = port;
    await this.proxy.listen();
  }

  /** Kills the process as a crash does. */
  async kill(): Promise<void> {
    await this.#take()?.end();
    this.proxy.refuse();
  }

  /** Asks the process to end as an operator does. One that does not is noted, and killed. */
  async drain(): Promise<void> {
    const child = this.#take();
    if (child === undefined) return;
    child.signal("SIGTERM");
    const timer = new AbortController();
    const late = sleep(endPatienceMs, "late", { signal: timer.signal }).catch(() => "gone");
    const end = await Promise.race([child.gone(), late]);
    timer.abort();
    if (end === "late") {
      noteFault(this.plan.folder, `${this.plan.name}: did not end by itself after stop()`);
      await child.end();
    }
    this.proxy.refuse();
  }

  /** Halts the process, with its sockets open. */
  halt(): void {
    this.#isHalted = true;
    this.#child?.signal("SIGSTOP");
  }

  goOn(): void {
    if (this.#isHalted) this.#child?.signal("SIGCONT");
    this.#isHalted = false;
  }

  count(): Promise<SoakServerCommands["count"][1]> {
    if (this.#child === undefined) throw new Error(`${this.plan.name} has no process`);
    return this.#child.ask("count", {});
  }

  /** Ends all at once, whatever state it is in. */
  destroy(): void {
    this.#take()?.signal("SIGKILL");
    this.proxy.close();
  }

  #take(): Child<SoakServerCommands> | undefined {
    const child = this.#child;
    this.#child = undefined;
    return child;
  }
}
