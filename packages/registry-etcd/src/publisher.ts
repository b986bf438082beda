/**
 * Keeps entries in etcd, all on one lease, and the lease alive. What is wanted is a set; a loop makes the cluster agree with
 * it, whatever went wrong before: a lease that was lost is made anew, with every entry on it.
 */
import { logQuietly, type ProviderLease } from "@thrice/core";
import { Pacer, type Reachability } from "@thrice/registry-dubbo";
import { type EtcdClient, reasonOf } from "./etcd-client.js";
import type { ResolvedEtcdOptions } from "./etcd-options.js";

/** Longest time that a withdrawal waits for the cluster, in milliseconds. After it the lease does it. */
const withdrawMs = 2_000;

/** An entry that is wanted. */
interface Wanted {
  readonly value: string;
  readonly published: () => void;
}

/**
 * The shortest lease that is asked for. A longer one is a second shorter than `leaseSeconds`: etcd looks for leases that are
 * over every half second, and rounds up.
 */
const shortestLeaseSeconds = 2;

export class Publisher {
  readonly #client: EtcdClient;
  readonly #options: ResolvedEtcdOptions;
  readonly #reachability: Reachability;
  readonly #onIdle: () => void;
  readonly #pacer: Pacer;
  /** Several leases may want one key: the last one says its value. */
  readonly #wanted = new Map<string, Set<Wanted>>();
  /** Keys that the cluster has, as far as is known, with their values; undefined where the value is not known. */
  #there = new Map<string, string | undefined>();
  /**
   * Keys with a value that were written once. They are written again in the next round: Dubbo-go's consumers hear of an instance
   * only when its entry changes, as those of its own providers do.
   *
   * @see dubbo-go registry/etcdv3/service_discovery.go DataChange
   */
  readonly #unheard = new Set<string>();
  readonly #withdrawals = new Map<string, (() => void)[]>();
  #leaseId: bigint | undefined;
  #aliveMs = 0;
  #isRunning = false;

  constructor(
    client: EtcdClient,
    options: ResolvedEtcdOptions,
    reachability: Reachability,
    onIdle: () => void,
  ) {
    this.#client = client;
    this.#options = options;
    this.#reachability = reachability;
    this.#onIdle = onIdle;
    this.#pacer = new Pacer(options.clock, options.random);
  }

  /** Adds an entry. */
  add(key: string, value: string): ProviderLease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Wanted = { value, published: resolve };
    const all = this.#wanted.get(key) ?? new Set();
    this.#wanted.set(key, all.add(entry));
    if (this.#there.get(key) === value) resolve();
    if (this.#isRunning) this.#pacer.wake();
    else void this.#run();
    let withdrawn: Promise<void> | undefined;
    return {
      published: promise,
      withdraw: () => {
        withdrawn ??= this.#remove(key, entry);
        return withdrawn;
      },
    };
  }

  #remove(key: string, entry: Wanted): Promise<void> {
    entry.published();
    const all = this.#wanted.get(key);
    if (all === undefined || !all.delete(entry)) return Promise.resolve();
    if (all.size > 0) {
      if (this.#there.get(key) !== newestOf(all)) this.#pacer.wake();
      return Promise.resolve();
    }
    this.#wanted.delete(key);
    // Also what could not be written may have arrived.
    if (this.#leaseId !== undefined) this.#there.set(key, undefined);
    this.#pacer.wake();
    return new Promise((resolve) => {
      const undo = this.#options.clock.setTimer(withdrawMs, resolve);
      const end = () => {
        undo();
        resolve();
      };
      this.#withdrawals.set(key, [...(this.#withdrawals.get(key) ?? []), end]);
    });
  }

  /** Runs as long as something is wanted, or there. Never rejects. */
  async #run(): Promise<void> {
    const { leaseSeconds, random } = this.#options;
    this.#isRunning = true;
    do {
      try {
        await this.#agree();
        this.#pacer.noteSuccess();
        this.#reachability.noteSuccess();
        if (this.#isDone()) break;
        await this.#pacer.pause((leaseSeconds * 1_000 * (0.9 + 0.2 * random())) / 3);
      } catch (cause) {
        this.#reachability.noteFailure(reasonOf(cause));
        this.#forgetAfterLease();
        if (!this.#isDone()) await this.#pacer.afterFailure();
      }
    } while (!this.#isDone());
    this.#isRunning = false;
    this.#settleWithdrawals();
    this.#onIdle();
  }

  #isDone(): boolean {
    return this.#wanted.size === 0 && this.#there.size === 0;
  }

  /** Makes the cluster have what is wanted, or throws. */
  async #agree(): Promise<void> {
    const unwanted = [...this.#there.keys()].filter((key) => !this.#wanted.has(key));
    await Promise.all(unwanted.map((key) => this.#delete(key)));
    this.#settleWithdrawals();
    if (this.#wanted.size === 0) {
      await this.#endLease();
      return;
    }
    const lease = await this.#keepLease();
    const puts: Promise<void>[] = [];
    for (const [key, all] of this.#wanted) {
      const value = newestOf(all);
      if (this.#there.get(key) !== value) {
        if (value !== "") this.#unheard.add(key);
      } else if (!this.#unheard.delete(key)) continue;
      puts.push(this.#put(key, value, lease));
    }
    await Promise.all(puts);
  }

  async #keepLease(): Promise<bigint> {
    const { clock, leaseSeconds } = this.#options;
    const startedMs = clock.nowMs();
    if (this.#leaseId !== undefined && !(await this.#client.keepAlive(this.#leaseId))) {
      this.#noteLostLease();
    }
    this.#leaseId ??= await this.#client.grant(Math.max(shortestLeaseSeconds, leaseSeconds - 1));
    this.#aliveMs = startedMs;
    return this.#leaseId;
  }

  async #put(key: string, value: string, lease: bigint): Promise<void> {
    // Whether it arrived is unknown until it was answered: a withdrawal has to remove it in any case.
    this.#there.set(key, undefined);
    try {
      await this.#client.put(key, value, lease);
    } catch (cause) {
      if (/lease not found/.test(reasonOf(cause))) this.#noteLostLease();
      else if (this.#wanted.has(key)) this.#there.delete(key);
      throw cause;
    }
    this.#there.set(key, value);
    const all = this.#wanted.get(key) ?? new Set();
    const isNewest = newestOf(all) === value;
    for (const entry of all) if (isNewest || entry.value === value) entry.published();
  }

  async #delete(key: string): Promise<void> {
    await this.#client.delete(key);
    this.#there.delete(key);
    this.#unheard.delete(key);
  }

  /** What is left of it ends by itself. */
  async #endLease(): Promise<void> {
    const id = this.#leaseId;
    this.#leaseId = undefined;
    if (id !== undefined) await this.#client.revoke(id).catch(() => {});
  }

  #noteLostLease(): void {
    const { logger } = this.#options;
    const { size } = this.#wanted;
    this.#leaseId = undefined;
    this.#there = new Map();
    logQuietly(() =>
      logger.warnf("registry etcd: the lease was lost, %d entries are made anew", size),
    );
  }

  /** What is no longer wanted needs no more tries once its lease must be over. */
  #forgetAfterLease(): void {
    const { clock, leaseSeconds } = this.#options;
    if (this.#wanted.size > 0 || clock.nowMs() < this.#aliveMs + leaseSeconds * 1_000) return;
    this.#there = new Map();
    this.#leaseId = undefined;
    this.#settleWithdrawals();
  }

  #settleWithdrawals(): void {
    for (const [key, waiting] of this.#withdrawals) {
      if (this.#there.has(key)) continue;
      this.#withdrawals.delete(key);
      for (const end of waiting) end();
    }
  }
}

function newestOf(all: ReadonlySet<Wanted>): string {
  return [...all].at(-1)?.value ?? "";
}
