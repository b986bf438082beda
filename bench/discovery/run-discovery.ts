/** One run on one engine: a crowd of providers, consumers that follow it, and servers that come, stop and are killed. */
import { setTimeout as sleep } from "node:timers/promises";
import { CallLog } from "../processes/load/call-log.js";
import { Child } from "../processes/process/child.js";
import { percentile } from "../src/harness/stats.js";
import type { Args } from "./args.js";
import { type Engine, type EngineName, startEngine } from "./engine/engine.js";
import { type EnginePlace, tickMsOf } from "./engine/new-registry.js";
import type { Readings } from "./measures.js";
import type {
  ClientCommands,
  ConsumerCommands,
  ProviderCommands,
  ServerCommands,
} from "./process/commands.js";
import { sumOf, type Usage, usageOf, usedBetween } from "./process/usage.js";

/** How many processes the crowd and the consumers are spread over. */
const providerProcesses = 4;
const consumerProcesses = 5;

/** Bound of what takes long, in milliseconds. */
const patienceMs = 180_000;

/**
 * Load of the client in the last part, in calls per second. A client that stands still for a moment makes up for it in a burst:
 * more of those under way at a killed server than its retry budget pays for would be lost, with or without discovery.
 */
const callsPerSecond = 300;

/** Time between two changes, in milliseconds: each is over before the next begins. */
const betweenMs = 100;

/** Everything that runs; `kill` ends it at once. */
export class Run {
  readonly #name: EngineName;
  readonly #args: Args;
  readonly #children: { end(): Promise<void>; signal(name: "SIGKILL"): void }[] = [];
  #engine: Engine | undefined;
  /** Calls that failed, in words. */
  lostCalls: readonly string[] = [];

  constructor(name: EngineName, args: Args) {
    this.#name = name;
    this.#args = args;
  }

  kill(): void {
    for (const child of this.#children) child.signal("SIGKILL");
    this.#engine?.kill();
  }

  async end(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()));
    await this.#engine?.close();
  }

  async measure(): Promise<Readings> {
    const { leaseSeconds } = this.#args;
    const engine = await startEngine(this.#name, tickMsOf(leaseSeconds));
    this.#engine = engine;
    const place = { engine: this.#name, members: engine.members, leaseSeconds };
    const published = await this.#publish(place);
    const consumers = this.#start<ConsumerCommands>("a consumer", consumerProcesses, "consumer");
    const look = () => this.#look(engine, consumers);
    const start = await this.#watch(place, consumers, look);
    const quiet = await this.#beQuiet(look);
    const changes = await this.#change(place, published.providers, consumers, look);
    const servers = await this.#callServers(place, consumers);
    return { publishMs: published.publishMs, ...start, ...quiet, ...changes, ...servers };
  }

  async #publish(place: EnginePlace) {
    const providers = this.#start<ProviderCommands>("a provider", providerProcesses, "provider");
    const begunMs = performance.now();
    const shares = shareOut(this.#args.providers, providers.length);
    await Promise.all(
      providers.map((child, at) => {
        const from = shares.slice(0, at).reduce((sum, share) => sum + share, 0);
        return child.ask("publish", { place, from, count: shares[at] ?? 0 }, patienceMs);
      }),
    );
    return { providers, publishMs: performance.now() - begunMs };
  }

  async #watch(place: EnginePlace, children: readonly Child<ConsumerCommands>[], look: Look) {
    const { consumers, providers } = this.#args;
    const before = await look();
    const shares = shareOut(consumers, children.length);
    const answers = await Promise.all(
      children.map((child, at) =>
        child.ask("watch", { place, consumers: shares[at] ?? 0, count: providers }, patienceMs),
      ),
    );
    const used = usedBy(before, await look());
    return {
      startMs: Math.max(...answers.flatMap(({ tookMs }) => tookMs)),
      startKilobytes: used.consumers.bytes / consumers / 1_000,
      startEngineCpuMs: used.engine.cpuMs,
      startConsumerCpuMs: used.consumers.cpuMs / consumers,
    };
  }

  async #beQuiet(look: Look) {
    const { consumers, quietSeconds } = this.#args;
    // What the start has left to do is no part of it.
    await sleep(1_000);
    const before = await look();
    await sleep(quietSeconds * 1_000);
    const used = usedBy(before, await look());
    return {
      quietBytesPerSecond: used.consumers.bytes / consumers / quietSeconds,
      quietEngineCpuPercent: used.engine.cpuMs / quietSeconds / 10,
      quietConsumerCpuPercent: used.consumers.cpuMs / consumers / quietSeconds / 10,
    };
  }

  async #change(
    place: EnginePlace,
    providers: readonly Child<ProviderCommands>[],
    children: readonly Child<ConsumerCommands>[],
    look: Look,
  ) {
    const { consumers, rounds, providers: count } = this.#args;
    const [addedMs, removedMs]: [number[], number[]] = [[], []];
    const before = await look();
    for (let round = 0; round < rounds; round++) {
      const provider = providers[round % providers.length];
      if (provider === undefined) break;
      const at = count + round;
      const { askedMs, endpoint } = await provider.ask("add", { place, at }, patienceMs);
      addedMs.push(...(await heard(children, "untilAdded", endpoint, askedMs)));
      await sleep(betweenMs);
      const { askedMs: goneMs } = await provider.ask("remove", { at }, patienceMs);
      removedMs.push(...(await heard(children, "untilRemoved", endpoint, goneMs)));
      await sleep(betweenMs);
    }
    const used = usedBy(before, await look());
    const changes = 2 * rounds;
    return {
      addedP50Ms: percentile(Float64Array.from(addedMs), 0.5),
      addedP99Ms: percentile(Float64Array.from(addedMs), 0.99),
      removedP50Ms: percentile(Float64Array.from(removedMs), 0.5),
      removedP99Ms: percentile(Float64Array.from(removedMs), 0.99),
      changeEngineCpuMs: used.engine.cpuMs / changes,
      changeConsumerCpuMs: used.consumers.cpuMs / consumers / changes,
      changeKilobytes: used.consumers.bytes / consumers / changes / 1_000,
    };
  }

  async #callServers(place: EnginePlace, children: readonly Child<ConsumerCommands>[]) {
    const servers = this.#start<ServerCommands>("a server", 4, "server");
    const [client] = this.#start<ClientCommands>("a client", 1, "client");
    const [stopped, killed, steady, late] = servers;
    if (!stopped || !killed || !steady || !late || !client) throw new Error("no processes");
    const [one, two] = await Promise.all(
      [stopped, killed, steady].map((server) => server.ask("serve", { place }, patienceMs)),
    );
    await client.ask("connect", { place }, patienceMs);
    const seconds = this.#args.leaseSeconds + 6;
    const load = client.ask("load", { perSecond: callsPerSecond, seconds, delayMs: 0 }, patienceMs);
    load.catch(() => {});
    await sleep(1_000);
    const served = await late.ask("serve", { place }, patienceMs);
    const { atMs: firstMs } = await late.ask("firstCall", {}, patienceMs);
    await sleep(1_000);
    const { askedMs } = await stopped.ask("stop", {}, patienceMs);
    const stoppedMs = await heard(children, "untilRemoved", one?.endpoint ?? "", askedMs);
    await sleep(1_000);
    const killedAtMs = performance.timeOrigin + performance.now();
    killed.signal("SIGKILL");
    const killedMs = await heard(children, "untilRemoved", two?.endpoint ?? "", killedAtMs);
    const log = new CallLog(await load);
    this.lostCalls = await client.ask("failures", {}, patienceMs);
    return {
      newServerMs: firstMs - served.askedMs,
      stoppedMs: Math.max(...stoppedMs),
      killedMs: Math.max(...killedMs),
      calls: log.count,
      lostCalls: log.errors,
    };
  }

  #start<All extends Record<string, readonly [object, unknown]>>(
    role: string,
    count: number,
    program: string,
  ): readonly Child<All>[] {
    const module = `../../discovery/process/${program}-main.js`;
    const children = Array.from({ length: count }, () => new Child<All>(role, module));
    this.#children.push(...children);
    return children;
  }

  async #look(engine: Engine, consumers: readonly Child<ConsumerCommands>[]): Promise<Looked> {
    const usages = consumers.map((child) => child.ask("usage", {}, patienceMs));
    return { engine: await usageOf(engine.pid), consumers: sumOf(await Promise.all(usages)) };
  }
}

/** What engine and consumers have used so far. */
interface Looked {
  readonly engine: Usage;
  readonly consumers: Usage;
}

type Look = () => Promise<Looked>;

function usedBy(before: Looked, after: Looked): Looked {
  return {
    engine: usedBetween(before.engine, after.engine),
    consumers: usedBetween(before.consumers, after.consumers),
  };
}

/** How long after `sinceMs` each consumer heard of it, in milliseconds. */
async function heard(
  children: readonly Child<ConsumerCommands>[],
  what: "untilAdded" | "untilRemoved",
  endpoint: string,
  sinceMs: number,
): Promise<number[]> {
  const answers = await Promise.all(
    children.map((child) => child.ask(what, { endpoint }, patienceMs)),
  );
  return answers.flatMap(({ atMs }) => atMs.map((ms) => ms - sinceMs));
}

/** Shares that differ by one at most. */
function shareOut(total: number, among: number): number[] {
  return Array.from({ length: among }, (_, at) => Math.floor((total + at) / among));
}
