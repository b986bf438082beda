/** What a server tells of a call with the text `wait`. */
export interface Waiting {
  /** Resolves when the call has reached its handler. */
  readonly begun: Promise<void>;
  /** Resolves when the caller is gone, as the handler sees it. */
  readonly gone: Promise<void>;
  /** Takes note that the call is there, and answers with what to call when its caller is gone. */
  begin(): () => void;
}

/** Nothing waits yet. */
export function newWaiting(): Waiting {
  const begun = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const begin = () => {
    begun.resolve();
    return gone.resolve;
  };
  return { begun: begun.promise, gone: gone.promise, begin };
}
