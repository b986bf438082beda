import type { Message } from "@bufbuild/protobuf";
import type { RequestInput } from "@thrice/protocol";

/** Where the attempts of a call take the request from. */
export interface RequestSource {
  /** The request from its beginning, once per attempt. */
  input(): RequestInput;
  /** Why the request cannot be sent once more, or undefined when it can. */
  readonly whyNotReplayable: string | undefined;
  /** Says that no further attempt will come. */
  commit(): void;
  /** Lets go of what the caller handed in. */
  close(): void;
}

/** A request of one message, which can be sent any number of times. */
export function singleMessage(message: Message): RequestSource {
  return {
    input: () => ({ kind: "one", message }),
    whyNotReplayable: undefined,
    commit: () => {},
    close: () => {},
  };
}
