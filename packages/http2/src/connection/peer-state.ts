import { initialWindowBytes, minMaxFrameBytes } from "../frames/frame-type.js";
import type { ResolvedHttp2Options } from "../http2-options.js";
import type { PeerSettings } from "./connection-listener.js";

/** What is known of the peer. */
export interface PeerState extends PeerSettings {
  maxConcurrentStreams: number;
  initialWindowBytes: number;
  maxFrameBytes: number;
  maxHeaderListBytes: number;
  /** SETTINGS have arrived. */
  hasSettled: boolean;
  /** Our SETTINGS have been acknowledged. */
  hasAcknowledged: boolean;
  /** The last GOAWAY. */
  goaway: { lastStreamId: number; code: number; debug: string } | undefined;
}

/** What is true of a peer before its first frame. @see RFC 9113 section 6.5.2 */
export function newPeerState(options: ResolvedHttp2Options): PeerState {
  return {
    maxConcurrentStreams: options.initialConcurrentStreams,
    initialWindowBytes,
    maxFrameBytes: minMaxFrameBytes,
    maxHeaderListBytes: Number.POSITIVE_INFINITY,
    hasSettled: false,
    hasAcknowledged: false,
    goaway: undefined,
  };
}
