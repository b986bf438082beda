/** The providers of one interface, as the engine has them: one entry for each, whose name is the URL. */
import {
  type Endpoint,
  endpointFromProvider,
  type Provider,
  type RegistryState,
  readDubboName,
  type ServiceName,
  type SkippedEntries,
} from "@thrice/core";
import type { AddEndpoint, EndpointSource } from "../endpoint-source.js";
import type { EntryStore, Followed, OnEntries } from "../engine/entry-store.js";

/** An entry that was read; absent parts if it is not for us, or cannot be read. */
interface ReadEntry {
  readonly provider?: Provider;
  readonly endpoint?: Endpoint;
}

export class InterfaceSource implements EndpointSource {
  readonly #folder: string;
  readonly #skipped: SkippedEntries;
  readonly #followed: Followed;
  /** By name, so that each is read once, and those that stay keep their objects. */
  #entries = new Map<string, ReadEntry>();
  state: RegistryState = "connecting";
  reason = "";

  /** Follows `folder`, and tells `onChange` that something is new. */
  constructor(folder: string, store: EntryStore, skipped: SkippedEntries, onChange: () => void) {
    this.#folder = folder;
    this.#skipped = skipped;
    const onEntries: OnEntries = (entries, state, reason) => {
      this.state = state;
      this.reason = reason;
      if (state !== "connecting") this.#take(entries.keys());
      onChange();
    };
    this.#followed = store.follow(folder, onEntries, { hasValues: false });
  }

  addTo(add: AddEndpoint, { group, version }: ServiceName): void {
    for (const [name, { provider, endpoint }] of this.#entries) {
      if (provider?.group === group && provider.version === version && endpoint) {
        add(name, endpoint);
      }
    }
  }

  close(): void {
    this.#followed.close();
  }

  #take(names: Iterable<string>): void {
    const before = this.#entries;
    this.#entries = new Map();
    for (const name of names) this.#entries.set(name, before.get(name) ?? this.#read(name));
  }

  #read(name: string): ReadEntry {
    const entry = readDubboName(name);
    if (entry.kind === "other") return {};
    if (entry.kind === "malformed") return this.#skip(name, entry.reason);
    const { provider } = entry;
    const made = endpointFromProvider(provider.address);
    return made.ok ? { provider, endpoint: made.endpoint } : this.#skip(name, made.reason);
  }

  #skip(name: string, reason: string): ReadEntry {
    this.#skipped.note(`${this.#folder}/${name}`, reason);
    return {};
  }
}
