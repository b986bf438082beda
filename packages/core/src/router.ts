import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { LiveEndpoint } from "./endpoint.js";

/** What routers look at. */
export interface RoutedCall {
  readonly method: DescMethod;
  /** The request; undefined for a stream of them. */
  readonly message: Message | undefined;
  /** The call's attachments; undefined if there are none. */
  readonly header: Headers | undefined;
  /** Drawn once per call, from 0 up to 1, so that all attempts of a call go the same way. */
  readonly draw: number;
}

/**
 * Says which of the known endpoints a call may go to, in two steps, so that a list is narrowed once and not for every call:
 * what of the call matters, as a short text, and which endpoints are left for it.
 */
export interface Router {
  /** Names the router in errors. */
  readonly name: string;
  /** Counts up when rules are replaced; what was kept for an earlier number is thrown away. @defaultValue 0 */
  readonly revision?: number;
  /**
   * Whether it prefers rather than forbids: calls go past it when most of what it leaves is not well.
   * @defaultValue false
   */
  readonly isPreference?: boolean;
  /**
   * What decides where the call goes. Asked for each attempt; the fewer different answers it gives, the better.
   */
  keyOf(call: RoutedCall): string;
  /**
   * Those of `endpoints` that calls with this key may go to; the list itself when it is all of them. Asked once for each
   * list and key, and what it says is kept.
   */
  narrow(endpoints: readonly LiveEndpoint[], key: string): readonly LiveEndpoint[];
}
