import { setTimeout as sleep } from "node:timers/promises";
import { CallLog } from "../load/call-log.js";
import type { LoadPlan } from "../load/open-loop.js";
import { Child } from "./child.js";
import type { ClientCommands, ServerCommands, Stack, Style } from "./commands.js";
import { ServerNode } from "./server-node.js";

/** How long things take in a run. */
export interface Effort {
  /** Length of a fault, in seconds. */
  readonly faultSeconds: number;
  /** How long a killed server stays away, in seconds. */
  readonly downSeconds: number;
  /** How long all servers refuse calls, in seconds. */
  readonly outageSeconds: number;
  /** Calls that are cancelled. */
  readonly cancelledCalls: number;
  /** Length of the long list of endpoints. */
  readonly manyEndpoints: number;
}

/** A process of clients. */
export interface ClientNode {
  readonly child: Child<ClientCommands>;
  /** Makes calls as planned. The promise may be left alone while faults are made. */
  load(plan: LoadPlan): Promise<CallLog>;
}

const usualWarmUpCalls = 3_000;
const warmUpTimeoutMs = 60_000;
const settleTimeoutMs = 30_000;

/** The processes of one scenario with one program. */
export class Lab {
  readonly stack: Stack;
  readonly effort: Effort;
  readonly #children = new Set<Child<ServerCommands> | Child<ClientCommands>>();
  readonly #clients: ClientNode[] = [];

  constructor(stack: Stack, effort: Effort) {
    this.stack = stack;
    this.effort = effort;
  }

  /** Servers that listen, each at a port of its own. */
  async startServers(count: number, host = "127.0.0.1"): Promise<readonly ServerNode[]> {
    const nodes = Array.from({ length: count }, (_, index) => this.#newServer(host, index + 1));
    await Promise.all(nodes.map((node) => node.serve()));
    return nodes;
  }

  /** Clients of those servers, warm. */
  async startClients(
    servers: readonly ServerNode[],
    { clients = 1, style = "failover" as Style, warmUpCalls = usualWarmUpCalls } = {},
  ): Promise<ClientNode> {
    const addresses = servers.map(({ address }) => address);
    const node = this.startProcess();
    await node.child.ask("connect", { stack: this.stack, style, addresses, clients });
    await node.child.ask("warmUp", { calls: warmUpCalls }, warmUpTimeoutMs);
    await Promise.all(servers.map((server) => server.report()));
    this.#clients.push(node);
    return node;
  }

  /** A process of clients that has none yet. */
  startProcess(): ClientNode {
    const child = new Child<ClientCommands>(`client of ${this.stack}`, "./client-main.js");
    this.#children.add(child);
    return {
      child,
      load: (plan) => {
        const timeoutMs = plan.seconds * 1_000 + settleTimeoutMs;
        const log = child.ask("load", plan, timeoutMs).then((times) => new CallLog(times));
        log.catch(() => {}); // told to whoever awaits it, some time later
        return log;
      },
    };
  }

  /** Tells what clients noted of their endpoints, each line with its time in milliseconds from the first on. */
  async tellEvents(tell: (line: string) => void): Promise<void> {
    for (const { child } of this.#clients) {
      const { events } = await child.ask("notes", {});
      const firstMs = events[0]?.atMs ?? 0;
      for (const { atMs, text } of events) tell(`  ${Math.round(atMs - firstMs)} ${text}`);
    }
  }

  pause(seconds: number): Promise<void> {
    return sleep(seconds * 1_000);
  }

  /** Kills every process at once, stopped or not. */
  kill(): void {
    for (const child of this.#children) child.signal("SIGKILL");
  }

  /** Kills every process and resolves when they are gone. */
  async end(): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.end()));
  }

  #newServer(host: string, seed: number): ServerNode {
    return new ServerNode({ stack: this.stack, host, seed }, () => {
      const child = new Child<ServerCommands>(`server of ${this.stack}`, "./server-main.js");
      this.#children.add(child);
      return child;
    });
  }
}
