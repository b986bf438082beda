import type { LiveEndpoint, RoutedCall, Router, RouterReport } from "@thrice/core";
import { describeThrown } from "../describe-thrown.js";

type List = readonly LiveEndpoint[];

/** What routers have left for a call; the same object as long as nothing changes. */
export interface RoutedList {
  readonly endpoints: List;
  /** The router that left nothing, if one did. */
  readonly emptiedBy: string | undefined;
  /** What is left without the routers that only prefer; undefined if that is the same. */
  readonly wider: RoutedList | undefined;
}

/** Lists kept at a time; keys that callers choose must not fill the memory. */
const maxKept = 1_000;

/**
 * Routers, one after the other, each on what the one before it left. What they say is kept by list and key.
 *
 * Hot path: a call costs one look into a map for each router.
 */
export class RouterChain {
  readonly #routers: readonly Router[];
  #root = new Branch(undefined, undefined, "", []);
  #revision = 0;
  #kept = 0;

  constructor(routers: readonly Router[]) {
    this.#routers = routers;
  }

  /**
   * What is left of `endpoints` for this call.
   *
   * @throws Error naming the router, if one throws or returns something else than a list of endpoints.
   */
  narrow(endpoints: List, call: RoutedCall): RoutedList {
    const revision = this.#sumOfRevisions();
    const isNew = endpoints !== this.#root.endpoints || revision !== this.#revision;
    if (isNew || this.#kept > maxKept) this.#begin(endpoints, revision);
    let branch = this.#root;
    for (const router of this.#routers) {
      const key = keyOf(router, call);
      branch = branch.get(key) ?? this.#grow(branch, router, key);
    }
    return branch;
  }

  /** What each router leaves of `endpoints` for this call, in order. @throws as `narrow` */
  explain(endpoints: List, call: RoutedCall): readonly RouterReport[] {
    this.narrow(endpoints, call);
    let branch: Branch | undefined = this.#root;
    return this.#routers.map((router) => {
      const key = keyOf(router, call);
      branch = branch?.get(key);
      return { name: router.name, key, left: branch?.endpoints.length ?? 0 };
    });
  }

  #begin(endpoints: List, revision: number): void {
    this.#root = new Branch(undefined, undefined, "", endpoints);
    this.#revision = revision;
    this.#kept = 0;
  }

  #sumOfRevisions(): number {
    let sum = 0;
    for (const { revision = 0 } of this.#routers) sum += revision;
    return sum;
  }

  #grow(parent: Branch, router: Router, key: string): Branch {
    this.#kept++;
    return parent.add(router, key);
  }
}

/** What is left after a router, for one key. */
class Branch implements RoutedList {
  readonly endpoints: List;
  readonly emptiedBy: string | undefined;
  readonly #parent: Branch | undefined;
  readonly #router: Router | undefined;
  readonly #key: string;
  #children: Map<string, Branch> | undefined;
  #wider: Branch | undefined;

  constructor(
    parent: Branch | undefined,
    router: Router | undefined,
    key: string,
    endpoints: List,
  ) {
    this.#parent = parent;
    this.#router = router;
    this.#key = key;
    this.endpoints = endpoints;
    const isFirstEmpty = endpoints.length === 0 && (parent?.endpoints.length ?? 0) > 0;
    this.emptiedBy = isFirstEmpty ? router?.name : parent?.emptiedBy;
  }

  get(key: string): Branch | undefined {
    return this.#children?.get(key);
  }

  add(router: Router, key: string): Branch {
    const child = new Branch(this, router, key, narrowBy(router, this.endpoints, key));
    this.#children ??= new Map();
    this.#children.set(key, child);
    return child;
  }

  get wider(): RoutedList | undefined {
    this.#wider ??= this.#without(({ isPreference = false }) => isPreference);
    return sameList(this.#wider.endpoints, this.endpoints) ? undefined : this.#wider;
  }

  /** What the same keys lead to, past some of the routers. */
  #without(isLeftOut: (router: Router) => boolean): Branch {
    if (this.#parent === undefined || this.#router === undefined) return this;
    const before = this.#parent.#without(isLeftOut);
    if (isLeftOut(this.#router)) return before;
    if (before === this.#parent) return this;
    return new Branch(
      before,
      this.#router,
      this.#key,
      narrowBy(this.#router, before.endpoints, this.#key),
    );
  }
}

function keyOf(router: Router, call: RoutedCall): string {
  let key: unknown;
  try {
    key = router.keyOf(call);
  } catch (cause) {
    throw new Error(`router ${router.name} threw: ${describeThrown(cause)}`, { cause });
  }
  if (typeof key === "string") return key;
  throw new Error(`router ${router.name} has a key that is no text`);
}

function narrowBy(router: Router, endpoints: List, key: string): List {
  if (endpoints.length === 0) return endpoints;
  let left: unknown;
  try {
    left = router.narrow(endpoints, key);
  } catch (cause) {
    throw new Error(`router ${router.name} threw: ${describeThrown(cause)}`, { cause });
  }
  if (!Array.isArray(left) || !left.every(isEndpoint)) {
    throw new Error(`router ${router.name} returns something else than a list of endpoints`);
  }
  return sameList(left, endpoints) ? endpoints : left;
}

function isEndpoint(value: unknown): value is LiveEndpoint {
  return typeof value === "object" && value !== null && "stats" in value;
}

function sameList(left: List, right: List): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((endpoint, at) => endpoint === right[at]);
}
