/** Which calls are let in, decided before what they bring is decoded. A server without limits has no gate. */
import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";

/** Decides for the calls of one method. Never throws. */
export interface CallGate {
  admit(call: AskingCall): Admission;
}

/** A call that asks for a place. */
export interface AskingCall {
  readonly method: DescMethod;
  /** A field of the request's header; undefined if it has none of that name, which is in lower case. */
  readField(name: string): string | undefined;
}

export type Admission =
  | { readonly kind: "place"; readonly place: CallPlace }
  | { readonly kind: "refused"; readonly error: ConnectError }
  | {
      readonly kind: "waits";
      /** Rejects with a `ConnectError` if the call is refused after all; stays open once the call has left. */
      readonly place: Promise<CallPlace>;
      /** The caller waits no longer. */
      readonly leave: () => void;
    };

/**
 * The place of a call among those that run. Shape: held by the wire → taken by a handler → free; or free from either. A
 * handler may outlast its call, and holds the place as long as it runs.
 */
export interface CallPlace {
  /** Leaves it to the handler to free the place. */
  take(): void;
  /** Frees the place, once; for whoever took it. */
  end(): void;
  /** Frees the place unless a handler took it; for the wire. */
  drop(): void;
}
