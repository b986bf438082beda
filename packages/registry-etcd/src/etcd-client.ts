/**
 * The calls that the registry makes of etcd, on a client of our own, which goes to another member when one fails. A user is
 * signed in when the first call needs it, and again when the cluster has forgotten the token.
 */
import { ConnectError } from "@connectrpc/connect";
import { type Client, createLogger, newClient } from "@thrice/client";
import type { CallOptions } from "@thrice/core";
import type { ResolvedEtcdOptions } from "./etcd-options.js";
import type { RangeResponse, WatchRequest, WatchResponse } from "./gen/etcdserverpb/rpc_pb.js";
import {
  type AuthClient,
  type KVClient,
  type LeaseClient,
  newAuth,
  newKV,
  newLease,
  newWatch,
  type WatchClient,
} from "./gen/etcdserverpb/rpc_thrice.js";

/** Bound of a call with all its attempts, and of one of them, in milliseconds. */
const timeoutMs = 4_000;
const attemptTimeoutMs = 1_500;

/** How a condition of a transaction compares, and what; enums at etcd's. */
const equal = 0;
const modRevision = 2;

/**
 * The same of a listing. It is long, and many are asked for at once when many consumers begin: to ask again for what is on its way
 * would make it later still.
 */
const listing = { timeoutMs: 15_000, attemptTimeoutMs: 5_000 };

/** A member that has lost its leader cannot serve, and says so when asked to. @see etcd api/v3rpc/rpctypes/metadatafields.go */
const needsLeader = { hasleader: "true" };

export class EtcdClient {
  readonly #client: Client;
  readonly #user: ResolvedEtcdOptions["user"];
  readonly #auth: AuthClient;
  readonly #kv: KVClient;
  readonly #lease: LeaseClient;
  readonly #watch: WatchClient;
  #token: Promise<string> | undefined;

  constructor({ members, tls, user }: ResolvedEtcdOptions) {
    this.#user = user;
    this.#client = newClient({
      url: members,
      tls,
      retries: Math.max(2, members.length),
      timeoutMs,
      attemptTimeoutMs,
      // Whoever calls paces itself, and says what has failed.
      retryBudget: false,
      throttle: false,
      subset: false,
      inheritDeadline: false,
      logger: createLogger(() => {}, { level: "off" }),
    });
    this.#auth = newAuth(this.#client);
    this.#kv = newKV(this.#client);
    this.#lease = newLease(this.#client);
    const stream = { timeoutMs: 0, attemptTimeoutMs: 4_000 };
    this.#watch = newWatch(this.#client, { ...stream, attachments: needsLeader });
  }

  /** Reads all keys of a range. */
  list(range: KeyRange): Promise<RangeResponse> {
    return this.#call((options) => this.#kv.range(range, { ...options, ...listing }));
  }

  /** Writes `key` on the lease. */
  async put(key: string, value: string, lease: bigint): Promise<void> {
    const request = { key: bytesOf(key), value: bytesOf(value), lease };
    await this.#call((options) => this.#kv.put(request, options));
  }

  /**
   * Writes what `change` makes of the value of `key`, without a lease, unless somebody else is faster. Resolves with whether it
   * is done: false to try again.
   */
  async change(
    key: string,
    change: (old: string | undefined) => string | undefined,
  ): Promise<boolean> {
    const [kv] = (await this.list(rangeOfKey(key))).kvs;
    const now = change(kv && new TextDecoder().decode(kv.value));
    if (now === undefined) return true;
    const put = { key: bytesOf(key), value: bytesOf(now) };
    const isAsRead = {
      key: put.key,
      result: equal,
      target: modRevision,
      targetUnion: { case: "modRevision" as const, value: kv?.modRevision ?? 0n },
    };
    const request = {
      compare: [isAsRead],
      success: [{ request: { case: "requestPut" as const, value: put } }],
    };
    return (await this.#call((options) => this.#kv.txn(request, options))).succeeded;
  }

  async delete(key: string): Promise<void> {
    await this.#call((options) => this.#kv.deleteRange({ key: bytesOf(key) }, options));
  }

  /** Makes a lease; resolves with its number. */
  async grant(seconds: number): Promise<bigint> {
    const request = { TTL: BigInt(seconds) };
    return (await this.#call((options) => this.#lease.leaseGrant(request, options))).ID;
  }

  /** Lets the lease begin anew; resolves with whether there still was one. */
  keepAlive(id: bigint): Promise<boolean> {
    return this.#call(async (options) => {
      for await (const { TTL } of this.#lease.leaseKeepAlive(once({ ID: id }), options)) {
        return TTL > 0n;
      }
      throw new Error("no answer to a sign of life");
    });
  }

  async revoke(id: bigint): Promise<void> {
    await this.#call((options) => this.#lease.leaseRevoke({ ID: id }, options));
  }

  /** Opens a stream of watches. It ends with `signal`, or throws. */
  async *watch(
    requests: AsyncIterable<WatchRequest>,
    signal: AbortSignal,
  ): AsyncGenerator<WatchResponse> {
    const options = await this.#signedIn();
    try {
      yield* this.#watch.watch(requests, { ...options, signal });
    } catch (cause) {
      if (isTokenError(cause)) this.#token = undefined;
      throw cause;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** A token ends by itself when it was not used for some minutes. */
  async #call<T>(run: (options: CallOptions) => Promise<T>): Promise<T> {
    const options = await this.#signedIn();
    try {
      return await run(options);
    } catch (cause) {
      if (this.#user === undefined || !isTokenError(cause)) throw cause;
      this.#token = undefined;
      return run(await this.#signedIn());
    }
  }

  async #signedIn(): Promise<CallOptions> {
    const user = this.#user;
    if (user === undefined) return {};
    this.#token ??= this.#auth.authenticate(user).then(({ token }) => token);
    try {
      return { attachments: { ...needsLeader, token: await this.#token } };
    } catch (cause) {
      this.#token = undefined;
      throw cause;
    }
  }
}

/** Keys from the first one up to the end, or one key where the end is empty. */
export interface KeyRange {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly rangeEnd: Uint8Array<ArrayBuffer>;
}

/** The range of one key alone. */
export function rangeOfKey(key: string): KeyRange {
  return { key: bytesOf(key), rangeEnd: bytesOf("") };
}

/** The range of all keys that begin with `prefix`, which ends in a slash. */
export function rangeOf(prefix: string): KeyRange {
  const rangeEnd = bytesOf(prefix);
  rangeEnd[rangeEnd.length - 1] = (rangeEnd.at(-1) ?? 0) + 1;
  return { key: bytesOf(prefix), rangeEnd };
}

/** What went wrong, without the code before it. */
export function reasonOf(cause: unknown): string {
  return cause instanceof ConnectError ? cause.rawMessage : String(cause);
}

/** @see etcd api/v3rpc/rpctypes/error.go for the texts */
function isTokenError(cause: unknown): boolean {
  return /invalid auth token|revision of auth store is old/.test(reasonOf(cause));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
