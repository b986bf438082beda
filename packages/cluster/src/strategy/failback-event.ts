import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";

/** Why a call was given up: so many waited already, no retry mends its failure, and so on. */
export type FailbackDrop =
  | "queue-full"
  | "not-retryable"
  | "retries-spent"
  | "stopped"
  | "client-closed";

/** What became of a call whose first attempt failed. `retry` counts the tries in the background, from 1 on. */
export type FailbackStep =
  | { readonly kind: "queued"; readonly failure: { readonly error: ConnectError } }
  | {
      readonly kind: "failed";
      readonly retry: number;
      readonly failure: { readonly error: ConnectError };
    }
  | { readonly kind: "recovered"; readonly retry: number }
  | {
      readonly kind: "dropped";
      readonly reason: FailbackDrop;
      readonly failure: { readonly error: ConnectError };
    };

/** A step, and of which call. */
export type FailbackEvent = FailbackStep & {
  readonly method: DescMethod;
  /** The request. */
  readonly message: Message | undefined;
};
