import { type ClusterEvents, checkFunction, checkKnownOptions, show } from "@thrice/core";

type Listener = (event: never) => void;

/**
 * Listeners that call both: those of `first`, and then those of `second`, also when the first one throws.
 *
 * @throws TypeError naming field and value of a wrong listener.
 */
export function joinEvents(first: ClusterEvents | undefined, second: ClusterEvents): ClusterEvents {
  if (first === undefined) return second;
  if (typeof first !== "object" || first === null) {
    throw new TypeError(`events must be an object, got ${show(first)}`);
  }
  if (Object.getPrototypeOf(first) === Object.prototype) {
    checkKnownOptions("events", first, new Set(eventNames));
  }
  const joined: Record<string, Listener> = {};
  for (const name in second) joined[name] = listenerOf(second, name) as Listener;
  // By name, as a class holds its listeners in its prototype.
  for (const name of eventNames) {
    const one = listenerOf(first, name);
    const other = joined[name];
    if (one !== undefined) joined[name] = other === undefined ? one : both(one, other);
  }
  return joined as ClusterEvents;
}

function listenerOf(events: ClusterEvents, name: string): Listener | undefined {
  const listener = (events as Record<string, Listener | undefined>)[name];
  if (listener === undefined) return undefined;
  checkFunction(`events.${name}`, listener);
  return (event) => listener.call(events, event);
}

function both(one: Listener, other: Listener): Listener {
  return (event) => {
    try {
      one(event);
    } finally {
      other(event);
    }
  };
}

/** A record, so that the compiler misses a listener that is not listed. */
const names: Record<keyof ClusterEvents, true> = {
  onCallStart: true,
  onAttemptStart: true,
  onAttemptEnd: true,
  onCallEnd: true,
  onCallFinish: true,
  onExplain: true,
  onEject: true,
  onTrial: true,
  onReturn: true,
  onProbe: true,
  onKeep: true,
};
const eventNames = Object.keys(names);
