/** Finds the method that a request means: by its path, and by the service key that Triple's headers name. */
import type { Logger } from "@thrice/core";
import { type Route, routesOf } from "./route.js";
import type { ServedService } from "./served-service.js";

/** Group and version as a request or a service names them; empty if it names none. */
export interface ServiceKey {
  readonly group: string;
  readonly version: string;
}

/** The answer to a search: a route, or why there is none. */
export type Found =
  | { readonly kind: "route"; readonly route: Route }
  | { readonly kind: "miss"; readonly reason: string };

export class Routes {
  /** By path, then by service key. */
  readonly #exact = new Map<string, Map<string, Found>>();
  /** The same, by the path with the first letter of the method's name in lower case. */
  readonly #folded = new Map<string, Map<string, Found>>();

  constructor(services: readonly ServedService[], logger: Logger) {
    for (const served of services) {
      const { group = "", version = "" } = served;
      for (const route of routesOf(served, logger)) {
        add(this.#exact, route.path, { group, version }, route);
        add(this.#folded, foldPath(route.path), { group, version }, route);
      }
    }
  }

  /**
   * Finds the route of `path`, which may have a query. Java's clients write method names with a small first letter, so
   * that letter's case counts only where both exist.
   *
   * @see dubbo-go protocol/triple/method_route_mux.go
   */
  find(path: string, key: ServiceKey): Found {
    const query = path.indexOf("?");
    const name = query < 0 ? path : path.slice(0, query);
    const byKey = this.#exact.get(name) ?? this.#folded.get(foldPath(name));
    if (byKey === undefined) return { kind: "miss", reason: `${name} is not served here` };
    return byKey.get(formatKey(key)) ?? { kind: "miss", reason: noImplementation(key) };
  }
}

function add(
  index: Map<string, Map<string, Found>>,
  path: string,
  key: ServiceKey,
  route: Route,
): void {
  const byKey = index.get(path) ?? new Map<string, Found>();
  index.set(path, byKey);
  if (!byKey.has(formatKey(key))) byKey.set(formatKey(key), { kind: "route", route });
}

function formatKey({ group, version }: ServiceKey): string {
  return `${group}/${version}`;
}

function noImplementation({ group, version }: ServiceKey): string {
  return `no implementation found for service group ${group} and service version ${version}`;
}

function foldPath(path: string): string {
  const at = path.lastIndexOf("/") + 1;
  return path.slice(0, at) + path.charAt(at).toLowerCase() + path.slice(at + 1);
}
