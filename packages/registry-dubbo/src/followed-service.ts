/**
 * The providers of one interface, from every way in which they are known, for all who watch it. An address that is known in
 * several ways counts once: as the first way has it.
 */
import {
  type Endpoint,
  type RegistryClock,
  type ServiceName,
  type ServiceUpdate,
  type ServiceWatch,
  WatchedService,
} from "@thrice/core";
import { type EndpointSource, stateOf } from "./endpoint-source.js";

export class FollowedService {
  readonly #clock: RegistryClock;
  readonly #onIdle: () => void;
  readonly #sources: readonly EndpointSource[];
  readonly #watches = new Map<WatchedService, ServiceName>();
  #wasLive = false;

  /** `open` makes the sources, best first, which call `onChange` when something is new, and not at once. */
  constructor(
    clock: RegistryClock,
    open: (onChange: () => void) => readonly EndpointSource[],
    onIdle: () => void,
  ) {
    this.#clock = clock;
    this.#onIdle = onIdle;
    this.#sources = open(() => {
      for (const [watch, service] of this.#watches) this.#feed(watch, service);
    });
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const onClose = () => {
      this.#watches.delete(watch);
      if (this.#watches.size > 0) return;
      for (const source of this.#sources) source.close();
      this.#onIdle();
    };
    const watch = new WatchedService({ clock: this.#clock, onUpdate, onClose });
    this.#watches.set(watch, service);
    this.#feed(watch, service);
    return watch;
  }

  /** Closes every watch. */
  close(): void {
    for (const watch of [...this.#watches.keys()]) watch.close();
  }

  #feed(watch: WatchedService, service: ServiceName): void {
    const isHeard = this.#sources.some(({ state }) => state !== "connecting");
    if (isHeard) watch.replace(this.#merge(service));
    const { state, reason } = stateOf(this.#sources);
    this.#wasLive ||= state === "live";
    // A way that opens later, such as another application, takes nothing from what is known.
    if (state !== "connecting" || !this.#wasLive) watch.setState(state, reason);
  }

  #merge(service: ServiceName): readonly (readonly [string, Endpoint])[] {
    const entries: (readonly [string, Endpoint])[] = [];
    const known = new Set<string>();
    for (const [at, source] of this.#sources.entries()) {
      const first = entries.length;
      source.addTo((key, endpoint) => {
        if (first === 0 || !known.has(endpoint.id)) entries.push([key, endpoint]);
      }, service);
      if (at === this.#sources.length - 1) break;
      for (let next = first; next < entries.length; next++) {
        known.add((entries[next] as readonly [string, Endpoint])[1].id);
      }
    }
    return entries;
  }
}
