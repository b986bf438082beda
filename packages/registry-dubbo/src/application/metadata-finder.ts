/** Finds what an application provides, by revision: in the engine, or by asking one of its instances. */
import { ConnectError } from "@connectrpc/connect";
import type { ClientTlsOptions } from "@thrice/client";
import type { RegistryClock } from "@thrice/core";
import type { EntryStore, Followed } from "../engine/entry-store.js";
import { Pacer } from "../engine/pacer.js";
import { metadataPortOf, placeOf } from "./instance-metadata.js";
import { type MetadataInfo, readMetadata } from "./metadata-info.js";
import { askForMetadata } from "./metadata-service.js";
import { remoteKeys } from "./published-instances.js";
import type { ServiceInstance } from "./service-instance.js";

/** What a registry lends. */
export interface MetadataTools {
  readonly store: EntryStore;
  readonly root: string;
  readonly tls: boolean | ClientTlsOptions;
  readonly clock: RegistryClock;
  readonly random: () => number;
}

export class MetadataFinder {
  readonly #tools: MetadataTools;
  readonly #revision: string;
  readonly #onEnd: () => void;
  readonly #pacer: Pacer;
  /** Those that have the revision; whoever finds keeps them up to date. */
  instances: readonly ServiceInstance[];
  /** What was found. */
  info: MetadataInfo | undefined;
  /** Why nothing was found, the last time; undefined before. */
  problem: string | undefined;
  #cancel: () => void = () => {};
  /** Whether no instance can be asked, and the engine need not have it either. */
  #isHopeless = false;
  #isClosed = false;

  /** Begins at once. `onEnd` hears that something was found, or that it was not, for the first time. */
  constructor(
    revision: string,
    instances: readonly ServiceInstance[],
    tools: MetadataTools,
    onEnd: () => void,
  ) {
    this.#revision = revision;
    this.instances = instances;
    this.#tools = tools;
    this.#onEnd = onEnd;
    this.#pacer = new Pacer(tools.clock, tools.random);
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#pacer.wake();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const isFirst = this.problem === undefined;
      await this.#try();
      if (this.#isClosed) return;
      if (isFirst || this.info !== undefined) this.#onEnd();
      if (this.#isHopeless || this.info !== undefined) return;
      await this.#pacer.afterFailure();
    }
  }

  /** Never rejects. */
  async #try(): Promise<void> {
    try {
      this.info = await this.#find();
    } catch (cause) {
      this.problem = cause instanceof ConnectError ? cause.rawMessage : (cause as Error).message;
    }
  }

  /** Asks another instance each time. @throws Error saying why it was not found. */
  async #find(): Promise<MetadataInfo> {
    const { random } = this.#tools;
    const instance = this.instances[Math.floor(random() * this.instances.length)];
    if (instance === undefined) throw new Error("no instance has it");
    const isRemote = placeOf(instance) === "remote";
    const port = metadataPortOf(instance);
    if (isRemote || !port.ok) {
      const found = await this.#findInStore(instance.application);
      if (found !== undefined) return found;
    }
    if (!port.ok) {
      this.#isHopeless = !isRemote;
      throw new Error(port.reason);
    }
    const { application, host } = instance;
    const address = { application, host, port: port.port, tls: this.#tools.tls };
    const { answer, cancel } = askForMetadata(address, this.#revision);
    this.#cancel = cancel;
    return answer;
  }

  async #findInStore(application: string): Promise<MetadataInfo | undefined> {
    const { store, root } = this.#tools;
    for (const key of remoteKeys(root, application, this.#revision)) {
      const text = await this.#read(store, key);
      const info = text === undefined ? undefined : readMetadata(text);
      if (info !== undefined) return info;
    }
    return undefined;
  }

  /** Waits until the engine can be asked. */
  #read(store: EntryStore, key: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      let followed: Followed | undefined;
      const end = (value?: string) => {
        followed?.close();
        resolve(value);
      };
      this.#cancel = end;
      followed = store.followEntry(key, (value, state) => {
        if (state === "live") end(value);
      });
    });
  }
}
