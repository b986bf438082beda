/**
 * The entries of one interface, followed as they change: read once, then watched from the revision of that reading. A watch
 * that breaks goes on from where it was, on another member if need be; only if those changes are gone, or the cluster has
 * begun anew, is everything read again.
 */
import { create } from "@bufbuild/protobuf";
import {
  endpointFromProvider,
  type Provider,
  readDubboName,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  type SkippedEntries,
  WatchedService,
} from "@thrice/core";
import { type EtcdClient, rangeOf, reasonOf } from "./etcd-client.js";
import type { ResolvedEtcdOptions } from "./etcd-options.js";
import {
  type WatchRequest,
  WatchRequestSchema,
  type WatchResponse,
} from "./gen/etcdserverpb/rpc_pb.js";
import type { KeyValue } from "./gen/mvccpb/kv_pb.js";
import { Pacer } from "./pacer.js";
import type { Reachability } from "./reachability.js";
import { RequestLine } from "./request-line.js";

/** Time between two questions whether the watch still works, which is also the bound of the answer, in milliseconds. */
const beatMs = 10_000;

/** Type of the event that a key was written. */
const putEvent = 0;

/** What a registry lends those that follow. */
export interface FollowTools {
  readonly client: EtcdClient;
  readonly options: ResolvedEtcdOptions;
  readonly skipped: SkippedEntries;
  readonly reachability: Reachability;
}

export class FollowedService {
  readonly #tools: FollowTools;
  readonly #prefix: string;
  readonly #onIdle: () => void;
  readonly #watches = new Map<WatchedService, ServiceName>();
  readonly #pacer: Pacer;
  /** What is provided, by key. */
  #entries = new Map<string, Provider>();
  /** Revision from which on changes are unknown; undefined if everything has to be read. */
  #next: bigint | undefined;
  #cluster: bigint | undefined;
  #isRead = false;
  #isClosed = false;
  #stream: AbortController | undefined;

  constructor(service: string, tools: FollowTools, onIdle: () => void) {
    const { prefix, clock, random } = tools.options;
    this.#tools = tools;
    this.#prefix = `${prefix}/${service}/providers/`;
    this.#onIdle = onIdle;
    this.#pacer = new Pacer(clock, random);
    void this.#run();
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const onClose = () => {
      this.#watches.delete(watch);
      if (this.#watches.size === 0) this.#end();
    };
    const watch = new WatchedService({ clock: this.#tools.options.clock, onUpdate, onClose });
    this.#watches.set(watch, service);
    if (this.#isRead) this.#replace(watch, service);
    return watch;
  }

  /** Closes every watch. */
  close(): void {
    for (const watch of [...this.#watches.keys()]) watch.close();
  }

  #end(): void {
    this.#isClosed = true;
    this.#stream?.abort();
    this.#pacer.wake();
    this.#onIdle();
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
        for (const watch of this.#watches.keys()) watch.setState("stale", reason);
        await this.#pacer.afterFailure();
      }
    }
  }

  async #read(): Promise<void> {
    const { header, kvs } = await this.#tools.client.list(this.#prefix);
    if (header === undefined) throw new Error("an answer without a revision");
    this.#entries = new Map();
    for (const kv of kvs) this.#take(keyOf(kv));
    this.#next = header.revision + 1n;
    this.#cluster = header.clusterId;
    this.#isRead = true;
    for (const [watch, service] of this.#watches) this.#replace(watch, service);
  }

  /** Returns when everything has to be read again; throws when the stream breaks. */
  async #listen(): Promise<void> {
    const { client, options } = this.#tools;
    const stream = new AbortController();
    this.#stream = stream;
    const requests = new RequestLine<WatchRequest>();
    requests.push(createRequest(this.#prefix, this.#next ?? 0n));
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
      const key = keyOf(kv);
      const before = this.#entries.get(key);
      this.#entries.delete(key);
      if (type === putEvent) this.#take(key);
      this.#tell(key, before);
    }
    return true;
  }

  /** A cluster that knows less than it did has lost its data: what it knows now has to be read. */
  #begin(revision: bigint, cluster: bigint | undefined): void {
    if (cluster !== this.#cluster || revision + 1n < (this.#next ?? 0n)) {
      this.#next = undefined;
      throw new Error("the cluster has begun anew");
    }
    this.#pacer.noteSuccess();
    this.#tools.reachability.noteSuccess();
    for (const watch of this.#watches.keys()) watch.setState("live");
  }

  #take(key: string): void {
    const entry = readDubboName(key.slice(this.#prefix.length));
    if (entry.kind === "provider") this.#entries.set(key, entry.provider);
    if (entry.kind === "malformed") this.#tools.skipped.note(key, entry.reason);
  }

  /** Tells whom an entry that has changed is about, or was. */
  #tell(key: string, before: Provider | undefined): void {
    const provider = this.#entries.get(key);
    const subject = provider ?? before;
    if (subject === undefined) return;
    for (const [watch, service] of this.#watches) {
      if (isOf(subject, service)) watch.set(key, provider && this.#endpointOf(key, provider));
    }
  }

  #replace(watch: WatchedService, service: ServiceName): void {
    const entries = [...this.#entries].filter(([, provider]) => isOf(provider, service));
    watch.replace(
      entries.flatMap(([key, provider]) => {
        const endpoint = this.#endpointOf(key, provider);
        return endpoint === undefined ? [] : [[key, endpoint] as const];
      }),
    );
  }

  #endpointOf(key: string, { address }: Provider) {
    const entry = endpointFromProvider(address);
    if (entry.ok) return entry.endpoint;
    this.#tools.skipped.note(key, entry.reason);
    return undefined;
  }
}

function isOf(provider: Provider, { group, version }: ServiceName): boolean {
  return provider.group === group && provider.version === version;
}

function keyOf({ key }: KeyValue): string {
  return new TextDecoder().decode(key);
}

function createRequest(prefix: string, startRevision: bigint): WatchRequest {
  const value = { ...rangeOf(prefix), startRevision };
  return create(WatchRequestSchema, { requestUnion: { case: "createRequest", value } });
}

function progressRequest(): WatchRequest {
  return create(WatchRequestSchema, { requestUnion: { case: "progressRequest", value: {} } });
}
