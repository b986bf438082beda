import type { Answer, AttemptFailure, AttemptListener, RunningAttempt } from "../attempt.js";

/** How an attempt ended, as one value. */
export type AttemptEnd =
  | { readonly ok: true; readonly answer: Answer }
  | ({ readonly ok: false } & AttemptFailure);

/** An attempt with promises, for tests. Neither of them rejects. */
export interface ListenedAttempt extends RunningAttempt {
  readonly end: Promise<AttemptEnd>;
  readonly finished: Promise<void>;
}

/** Starts an attempt and listens to it. */
export function listenToAttempt(
  start: (listener: AttemptListener) => RunningAttempt,
): ListenedAttempt {
  const end = Promise.withResolvers<AttemptEnd>();
  const finished = Promise.withResolvers<void>();
  const running = start({
    onAnswer: (answer) => end.resolve({ ok: true, answer }),
    onFailure: (failure) => end.resolve({ ok: false, ...failure }),
    onFinished: () => finished.resolve(),
  });
  return {
    end: end.promise,
    finished: finished.promise,
    cancel: (error) => running.cancel(error),
  };
}
