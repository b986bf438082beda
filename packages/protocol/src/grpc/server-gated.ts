import type { CallGate, CallPlace } from "../server/call-gate.js";
import type { ServerAnswer } from "./server-answer.js";
import { deadlineExceeded } from "./server-context.js";

/**
 * Runs `serve` once the call has a place, and gives the place back after it. `refuse` is called with why it gets none. What comes
 * back, if the call has to wait, takes it out of the queue.
 */
export function enterGate(
  gate: CallGate,
  answer: ServerAnswer,
  serve: () => Promise<void>,
  refuse: (reason: unknown) => void,
): (() => void) | undefined {
  const run = async (place: CallPlace): Promise<void> => {
    answer.context.place = place;
    if (answer.context.isExpired) refuse(deadlineExceeded());
    else if (!answer.hasEnded) await serve();
    place.drop();
  };
  const admission = gate.admit(answer.context);
  if (admission.kind === "refused") {
    refuse(admission.error);
    return undefined;
  }
  if (admission.kind === "place") {
    void run(admission.place);
    return undefined;
  }
  answer.context.watchDeadline();
  admission.place.then(run, refuse);
  return admission.leave;
}
