import type { Endpoint } from "../endpoint.js";
import type { ServiceUpdate } from "./registry.js";

/** The part of an update that is about endpoints. */
export type EndpointChanges = Pick<ServiceUpdate, "endpoints" | "added" | "changed" | "removed">;

/**
 * What becomes of the list `before` when the engine has `entries`; undefined if nothing has changed. Endpoints that stay keep
 * their place and, if nothing is said otherwise of them, stay the same objects. Of several entries for one address the one
 * with the newest parameter `timestamp` counts, or the last: an entry of a process that has died may stand beside the one of
 * its successor until its lease ends.
 */
export function difference(
  before: readonly Endpoint[],
  entries: Iterable<Endpoint>,
): EndpointChanges | undefined {
  const now = byId(entries);
  const endpoints: Endpoint[] = [];
  const changed: Endpoint[] = [];
  const removed: Endpoint[] = [];
  for (const old of before) {
    const endpoint = now.get(old.id);
    now.delete(old.id);
    if (endpoint === undefined) {
      removed.push(old);
    } else if (isSame(old, endpoint)) {
      endpoints.push(old);
    } else {
      endpoints.push(endpoint);
      changed.push(endpoint);
    }
  }
  const added = [...now.values()];
  if (added.length + changed.length + removed.length === 0) return undefined;
  return {
    endpoints: Object.freeze([...endpoints, ...added]),
    added: Object.freeze(added),
    changed: Object.freeze(changed),
    removed: Object.freeze(removed),
  };
}

function byId(entries: Iterable<Endpoint>): Map<string, Endpoint> {
  const found = new Map<string, Endpoint>();
  for (const endpoint of entries) {
    const other = found.get(endpoint.id);
    if (other === undefined || startOf(endpoint) >= startOf(other))
      found.set(endpoint.id, endpoint);
  }
  return found;
}

function startOf({ address }: Endpoint): number {
  const timestamp = Number(address.params.timestamp);
  return Number.isNaN(timestamp) ? 0 : timestamp;
}

function isSame(left: Endpoint, right: Endpoint): boolean {
  if (left === right) return true;
  if (left.weight !== right.weight || left.zone !== right.zone) return false;
  const { params } = left.address;
  const others = right.address.params;
  const names = Object.keys(params);
  return (
    names.length === Object.keys(others).length &&
    names.every((name) => Object.hasOwn(others, name) && params[name] === others[name])
  );
}
