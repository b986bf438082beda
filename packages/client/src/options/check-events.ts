import {
  type CallEvents,
  type ClusterEvents,
  checkFunction,
  checkKnownOptions,
  show,
} from "@thrice/core";

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

/** Those that are told of calls. A record, for the same reason. */
const callNames: Record<keyof CallEvents, true> = {
  onCallStart: true,
  onAttemptStart: true,
  onAttemptEnd: true,
  onCallEnd: true,
  onCallFinish: true,
  onExplain: true,
};

/** Whether anyone listens to calls. */
export function listensToCalls(events: ClusterEvents): boolean {
  return (Object.keys(callNames) as (keyof CallEvents)[]).some(
    (name) => events[name] !== undefined,
  );
}

/**
 * Checks listeners. An object of a class may have other fields; in a plain one they are a mistake.
 *
 * @throws TypeError naming field and value.
 */
export function checkEvents(value: ClusterEvents): ClusterEvents {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`events must be an object, got ${show(value)}`);
  }
  if (Object.getPrototypeOf(value) === Object.prototype) {
    checkKnownOptions("events", value, new Set(Object.keys(names)));
  }
  for (const name of Object.keys(names) as (keyof ClusterEvents)[]) {
    const listener = value[name];
    if (listener !== undefined) checkFunction(`events.${name}`, listener);
  }
  return value;
}
