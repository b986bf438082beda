/**
 * Keeps ephemeral nodes. What is wanted is a set; a loop makes the session agree with it, whatever went wrong before: in a new
 * session all of them are made anew.
 */
import type { ProviderLease } from "@thrice/core";
import { Pacer, Reachability } from "@thrice/registry-dubbo";
import type { Nodes } from "../session/nodes.js";
import type { Session } from "../session/session.js";
import { errorCode, isRefusal, ZookeeperError } from "../zookeeper-error.js";
import type { ResolvedZookeeperOptions } from "../zookeeper-options.js";

/** Longest time that a withdrawal waits for the servers, in milliseconds. After it the session does it. */
const withdrawMs = 2_000;

/** An entry that is wanted. */
interface Wanted {
  readonly value: string;
  readonly published: () => void;
}

export class HeldEntries {
  readonly #session: Session;
  readonly #nodes: Nodes;
  readonly #options: ResolvedZookeeperOptions;
  readonly #reachability: Reachability;
  readonly #pacer: Pacer;
  readonly #onIdle: () => void;
  /** Several may want one node: the newest says its value. */
  readonly #wanted = new Map<string, Wanted[]>();
  /** Values of the nodes that this session has, as far as is known; undefined if a request may have arrived. */
  readonly #there = new Map<string, string | undefined>();
  readonly #withdrawals = new Map<string, (() => void)[]>();
  /** Since when the session cannot be used, in milliseconds. */
  #downMs: number | undefined;
  #isRunning = false;

  constructor(
    session: Session,
    nodes: Nodes,
    options: ResolvedZookeeperOptions,
    onIdle: () => void,
  ) {
    this.#session = session;
    this.#nodes = nodes;
    this.#options = options;
    this.#onIdle = onIdle;
    this.#reachability = new Reachability(options.name, options.logger);
    this.#pacer = new Pacer(options.clock, options.random);
  }

  get isIdle(): boolean {
    return this.#wanted.size === 0 && this.#there.size === 0;
  }

  hold(path: string, value: string): ProviderLease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Wanted = { value, published: resolve };
    this.#wanted.set(path, [...(this.#wanted.get(path) ?? []), entry]);
    if (this.#there.get(path) === value) resolve();
    if (this.#isRunning) this.#pacer.wake();
    else void this.#run();
    let withdrawn: Promise<void> | undefined;
    return {
      published: promise,
      withdraw: () => {
        withdrawn ??= this.#remove(path, entry);
        return withdrawn;
      },
    };
  }

  /** Withdraws all, and ends. */
  async close(): Promise<void> {
    const all = [...this.#wanted].flatMap(([path, entries]) =>
      entries.map((entry) => this.#remove(path, entry)),
    );
    await Promise.all(all);
    this.#there.clear();
    this.#pacer.wake();
  }

  #remove(path: string, entry: Wanted): Promise<void> {
    entry.published();
    const before = this.#wanted.get(path) ?? [];
    const rest = before.filter((other) => other !== entry);
    if (rest.length > 0) this.#wanted.set(path, rest);
    else this.#wanted.delete(path);
    this.#pacer.wake();
    if (rest.length > 0 || before.length === 0 || !this.#there.has(path)) return Promise.resolve();
    return new Promise((resolve) => {
      const undo = this.#options.clock.setTimer(withdrawMs, resolve);
      const end = () => {
        undo();
        resolve();
      };
      this.#withdrawals.set(path, [...(this.#withdrawals.get(path) ?? []), end]);
    });
  }

  /** Runs as long as something is wanted, or there. Never rejects. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    const undo = this.#session.listen({
      onUp: (isNew) => {
        this.#downMs = undefined;
        if (isNew) this.#there.clear();
        this.#settleWithdrawals();
        this.#pacer.wake();
      },
      onDown: () => {
        this.#downMs ??= this.#options.clock.nowMs();
      },
    });
    while (!this.isIdle) {
      const hasFailed = await this.#turn();
      if (this.isIdle) break;
      if (hasFailed) await this.#pacer.afterFailure();
      else await this.#pacer.pause(this.#options.sessionTimeoutMs);
    }
    undo();
    this.#isRunning = false;
    this.#settleWithdrawals();
    this.#onIdle();
  }

  /** Does what can be done now; resolves with whether it has failed. */
  async #turn(): Promise<boolean> {
    const { clock, sessionTimeoutMs } = this.#options;
    try {
      if (this.#session.isUp) {
        await this.#agree();
        this.#pacer.noteSuccess();
        this.#reachability.noteSuccess();
      } else if (this.#wanted.size === 0 && this.#downMs !== undefined) {
        // What is no longer wanted needs no more tries once the session must be over.
        if (clock.nowMs() >= this.#downMs + sessionTimeoutMs) this.#there.clear();
      }
      return false;
    } catch (cause) {
      if (cause instanceof ZookeeperError) this.#reachability.noteFailure(cause.message);
      return true;
    }
  }

  /** Makes the session have what is wanted, or throws. */
  async #agree(): Promise<void> {
    const tasks: Promise<void>[] = [];
    for (const path of this.#there.keys()) {
      if (!this.#wanted.has(path)) tasks.push(this.#delete(path));
    }
    for (const [path, entries] of this.#wanted) {
      const newest = entries.at(-1);
      if (newest === undefined || this.#there.get(path) === newest.value) continue;
      tasks.push(this.#put(path, newest.value, entries));
    }
    for (const result of await Promise.allSettled(tasks)) {
      if (result.status === "rejected") throw result.reason;
    }
  }

  async #put(path: string, value: string, entries: readonly Wanted[]): Promise<void> {
    const isThere = this.#there.get(path) !== undefined;
    // Whether it arrived is unknown until it was answered: a withdrawal has to remove it in any case.
    this.#there.set(path, undefined);
    try {
      if (isThere) await this.#nodes.set(path, value, -1);
      else await this.#create(path, value);
    } catch (cause) {
      // What was refused is not there.
      if (cause instanceof ZookeeperError) this.#there.delete(path);
      throw cause;
    }
    this.#there.set(path, value);
    for (const { published } of entries) published();
  }

  /** The node of an older session, which will end with it, is replaced; one that a lost answer was about is ours already. */
  async #create(path: string, value: string): Promise<void> {
    try {
      await this.#nodes.create(path, value, true);
    } catch (cause) {
      if (!isRefusal(cause, errorCode.nodeExists)) throw cause;
      const node = await this.#nodes.get(path);
      if (node?.owner === this.#session.id) {
        if (node?.value !== value) await this.#nodes.set(path, value, -1);
        return;
      }
      await this.#nodes.delete(path);
      await this.#nodes.create(path, value, true);
    }
  }

  async #delete(path: string): Promise<void> {
    await this.#nodes.delete(path);
    this.#there.delete(path);
    this.#settleWithdrawals();
  }

  #settleWithdrawals(): void {
    for (const [path, waiting] of this.#withdrawals) {
      if (this.#there.has(path)) continue;
      this.#withdrawals.delete(path);
      for (const end of waiting) end();
    }
  }
}
