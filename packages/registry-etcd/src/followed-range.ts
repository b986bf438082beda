/**
 * A range of keys, followed as it changes: read once, then watched from the revision of that reading. A watch that breaks goes
 * on from where it was, on another member if need be; only if those changes are gone, or the cluster has begun anew, is
 * everything read again.
 */
import { create } from "@bufbuild/protobuf";
import type { EntryFeed, Reachability } from "@thrice/registry-dubbo";
import { Pacer } from "@thrice/registry-dubbo";
import { type EtcdClient, type KeyRange, reasonOf } from "./etcd-client.js";
import type { ResolvedEtcdOptions } from "./etcd-options.js";
import {
  type WatchRequest,
  WatchRequestSchema,
  type WatchResponse,
} from "./gen/etcdserverpb/rpc_pb.js";
import type { KeyValue } from "./gen/mvccpb/kv_pb.js";
import { RequestLine } from "./request-line.js";

/** Time between two questions whether the watch still works, which is also the bound of the answer, in milliseconds. */
const beatMs = 10_000;

/** Type of the event that a key was written. */
const putEvent = 0;

/** What a store lends those that follow. */
export interface FollowTools {
  readonly client: EtcdClient;
  readonly options: ResolvedEtcdOptions;
  readonly reachability: Reachability;
}

export class FollowedRange {
  readonly #tools: FollowTools;
  readonly #range: KeyRange;
  readonly #nameOf: (key: string) => string | undefined;
  readonly #feed: EntryFeed;
  readonly #pacer: Pacer;
  /** Revision from which on changes are unknown; undefined if everything has to be read. */
  #next: bigint | undefined;
  #cluster: bigint | undefined;
  #isClosed = false;
  #stream: AbortController | undefined;

  /** Feeds the keys of `range` under the names that `nameOf` gives them; undefined leaves one out. */
  constructor(
    range: KeyRange,
    nameOf: (key: string) => string | undefined,
    feed: EntryFeed,
    tools: FollowTools,
  ) {
    this.#tools = tools;
    this.#range = range;
    this.#nameOf = nameOf;
    this.#feed = feed;
    this.#pacer = new Pacer(tools.options.clock, tools.options.random);
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#stream?.abort();
    this.#pacer.wake();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        if (this.#next === undefined) await this.#read();
        await this.#listen();
      } catch (cause) {
        if (this.#isClosed) return;
        const reason = reasonOf(cause);
        this.#tools.reachability.noteFailure(reason);
        this.#feed.setState("stale", reason);
        await this.#pacer.afterFailure();
      }
    }
  }

  async #read(): Promise<void> {
    const { header, kvs } = await this.#tools.client.list(this.#range);
    if (header === undefined) throw new Error("an answer without a revision");
    this.#next = header.revision + 1n;
    this.#cluster = header.clusterId;
    const entries: [string, string][] = [];
    for (const kv of kvs) {
      const name = this.#nameOf(textOf(kv.key));
      if (name !== undefined) entries.push([name, textOf(kv.value)]);
    }
    this.#feed.replace(entries);
  }

  /** Returns when everything has to be read again; throws when the stream breaks. */
  async #listen(): Promise<void> {
    const { client, options } = this.#tools;
    const stream = new AbortController();
    this.#stream = stream;
    const requests = new RequestLine<WatchRequest>();
    requests.push(createRequest(this.#range, this.#next ?? 0n));
    let isAsked = false;
    const beat = () => {
      if (isAsked) stream.abort(new Error(`the watch was silent for ${beatMs} ms`));
      isAsked = true;
      requests.push(progressRequest());
      undoBeat = options.clock.setTimer(beatMs * (1 + 0.2 * options.random()), beat);
    };
    let undoBeat = options.clock.setTimer(beatMs, beat);
    try {
      for await (const answer of client.watch(requests, stream.signal)) {
        isAsked = false;
        if (!this.#heed(answer)) return;
      }
      throw new Error("the watch was ended by the server");
    } finally {
      undoBeat();
      requests.end();
      stream.abort();
    }
  }

  /** Whether the watch goes on. */
  #heed({ header, canceled, compactRevision, cancelReason, created, events }: WatchResponse) {
    if (canceled) {
      this.#next = undefined;
      if (compactRevision > 0n) return false;
      throw new Error(`the watch was ended by the server: ${cancelReason}`);
    }
    if (created) this.#begin(header?.revision ?? 0n, header?.clusterId);
    for (const { type, kv } of events) {
      if (kv === undefined) continue;
      this.#next = kv.modRevision + 1n;
      this.#take(kv, type === putEvent);
    }
    return true;
  }

  #take({ key, value }: KeyValue, isThere: boolean): void {
    const name = this.#nameOf(textOf(key));
    if (name !== undefined) this.#feed.set(name, isThere ? textOf(value) : undefined);
  }

  /** A cluster that knows less than it did has lost its data: what it knows now has to be read. */
  #begin(revision: bigint, cluster: bigint | undefined): void {
    if (cluster !== this.#cluster || revision + 1n < (this.#next ?? 0n)) {
      this.#next = undefined;
      throw new Error("the cluster has begun anew");
    }
    this.#pacer.noteSuccess();
    this.#tools.reachability.noteSuccess();
    this.#feed.setState("live");
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function createRequest(range: KeyRange, startRevision: bigint): WatchRequest {
  const value = { ...range, startRevision };
  return create(WatchRequestSchema, { requestUnion: { case: "createRequest", value } });
}

function progressRequest(): WatchRequest {
  return create(WatchRequestSchema, { requestUnion: { case: "progressRequest", value: {} } });
}
