/** The providers of one interface by way of the applications that have it, as the mapping in the engine says. */
import type { RegistryState, ServiceName } from "@thrice/core";
import { type AddEndpoint, type EndpointSource, stateOf } from "../endpoint-source.js";
import type { EntryStore, Followed } from "../engine/entry-store.js";
import type { FollowedApplication } from "./followed-application.js";
import { readMapping } from "./mapping.js";

/** Lends an application that is followed; the second part gives it back. */
export type BorrowApplication = (
  application: string,
  onChange: () => void,
) => readonly [FollowedApplication, () => void];

interface Borrowed {
  readonly application: FollowedApplication;
  readonly giveBack: () => void;
}

export class ApplicationSource implements EndpointSource {
  readonly #borrow: BorrowApplication;
  readonly #onChange: () => void;
  readonly #followed: Followed;
  readonly #applications = new Map<string, Borrowed>();
  #mapping: { state: RegistryState; reason: string } = { state: "connecting", reason: "" };

  /** Follows the mapping at `key`, and tells `onChange` that something is new. */
  constructor(key: string, store: EntryStore, borrow: BorrowApplication, onChange: () => void) {
    this.#borrow = borrow;
    this.#onChange = onChange;
    this.#followed = store.followEntry(key, (value, state, reason) => {
      this.#mapping = { state, reason };
      if (state === "live") this.#take(readMapping(value));
      onChange();
    });
  }

  get state(): RegistryState {
    return stateOf(this.#parts()).state;
  }

  get reason(): string {
    return stateOf(this.#parts()).reason;
  }

  addTo(add: AddEndpoint, service: ServiceName): void {
    for (const { application } of this.#applications.values()) application.addTo(add, service);
  }

  close(): void {
    this.#followed.close();
    for (const { giveBack } of this.#applications.values()) giveBack();
    this.#applications.clear();
  }

  #parts() {
    return [this.#mapping, ...[...this.#applications.values()].map((one) => one.application)];
  }

  /** An application once heard of stays: an engine that has lost the mapping may have its instances, or soon has. */
  #take(names: readonly string[]): void {
    for (const name of names) {
      if (this.#applications.has(name)) continue;
      const [application, giveBack] = this.#borrow(name, this.#onChange);
      this.#applications.set(name, { application, giveBack });
    }
  }
}
