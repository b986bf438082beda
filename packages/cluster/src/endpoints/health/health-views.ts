import type { EndpointView } from "../endpoint-source.js";
import type { TrackedEndpoint } from "../live-endpoints.js";

interface KeptView {
  readonly view: EndpointView;
  readonly version: number;
}

/** Lists without the endpoints that are away. Each is made anew only when one of them comes or goes. */
export class HealthViews {
  readonly #panicRatio: number;
  readonly #kept = new WeakMap<readonly TrackedEndpoint[], KeptView>();
  #version = 0;
  /** Whether none is ejected, so that no list has to be gone through. */
  #isClear = true;
  #last: EndpointView = { all: [], healthy: [], isPanic: false };
  #lastVersion = -1;

  constructor(panicRatio: number) {
    this.#panicRatio = panicRatio;
  }

  /** Some have come or gone; `ejected` of all are not in. */
  change(ejected: number): void {
    this.#version++;
    this.#isClear = ejected === 0;
  }

  /** What of `all` may be chosen; `all` itself while nothing is amiss, or if too much is. */
  of(all: readonly TrackedEndpoint[]): EndpointView {
    if (all === this.#last.all && this.#lastVersion === this.#version) return this.#last;
    const kept = this.#kept.get(all);
    const isKept = kept?.version === this.#version;
    const view = isKept ? kept.view : this.#make(all, kept?.view);
    if (!isKept) this.#kept.set(all, { view, version: this.#version });
    this.#last = view;
    this.#lastVersion = this.#version;
    return view;
  }

  #make(all: readonly TrackedEndpoint[], before: EndpointView | undefined): EndpointView {
    if (this.#isClear) {
      return before?.healthy === all && !before.isPanic
        ? before
        : { all, healthy: all, isPanic: false };
    }
    const present = all.filter(({ stats }) => stats.health?.isAway !== true);
    const away = all.length - present.length;
    const isPanic = away > 0 && (present.length === 0 || away > this.#panicRatio * all.length);
    const healthy = away === 0 || isPanic ? all : present;
    const isAsBefore = before?.isPanic === isPanic && isSame(before.healthy, healthy);
    return isAsBefore ? before : { all, healthy, isPanic };
  }
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
