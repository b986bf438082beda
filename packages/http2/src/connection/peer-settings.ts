/**
 * Settings of peers. Connections whose peers said the same share one object: the clients of a server are mostly of a kind.
 */
import { initialWindowBytes, minMaxFrameBytes } from "../frames/frame-type.js";
import type { ResolvedHttp2Options } from "../http2-options.js";
import type { PeerSettings } from "./connection-listener.js";

/** Kinds of peers that are told apart; one that is forgotten costs memory, nothing else. */
const maxKinds = 8;
const kinds: PeerSettings[] = [];
let nextKind = 0;

/** What is true of a peer before its first frame. @see RFC 9113 section 6.5.2 */
export function settingsBeforeFirst(options: ResolvedHttp2Options): PeerSettings {
  return sharedSettings({
    maxConcurrentStreams: options.initialConcurrentStreams,
    initialWindowBytes,
    maxFrameBytes: minMaxFrameBytes,
    maxHeaderListBytes: Number.POSITIVE_INFINITY,
  });
}

/** An object equal to `settings`, which is given away and nobody changes: the one that others have, if there is one. */
export function sharedSettings(settings: PeerSettings): PeerSettings {
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i] as PeerSettings;
    if (areEqual(kind, settings)) return kind;
  }
  const kind = Object.freeze(settings);
  kinds[nextKind] = kind;
  nextKind = (nextKind + 1) % maxKinds;
  return kind;
}

function areEqual(a: PeerSettings, b: PeerSettings): boolean {
  return (
    a.maxConcurrentStreams === b.maxConcurrentStreams &&
    a.initialWindowBytes === b.initialWindowBytes &&
    a.maxFrameBytes === b.maxFrameBytes &&
    a.maxHeaderListBytes === b.maxHeaderListBytes
  );
}
