/** Ends calls that Connect's handlers serve when the server has no more time for them. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

/**
 * Answers a call as soon as its signal says that the server stops, whatever its handler does. Other ends leave the answer
 * to the handler: nobody is there to read it, or the handler's own deadline is its affair.
 */
export const endWhenStopped: Interceptor = (next) => async (request) => {
  const { signal } = request;
  const response = await unlessStopped(signal, () => next(request));
  if (!response.stream) return response;
  return { ...response, message: new StoppableMessages(response.message, signal) };
};

/** The error that callers get whose calls outlast the grace of a server that stops. */
export function stoppedError(): ConnectError {
  return new ConnectError("the server stops", Code.Unavailable);
}

/** Settles as `work` does, or rejects when the server stops. */
function unlessStopped<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      const { reason } = signal;
      if (reason instanceof ConnectError && reason.code === Code.Unavailable) reject(reason);
    };
    const settle = () => signal.removeEventListener("abort", onAbort);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    work().then(resolve, reject).finally(settle);
  });
}

/** The answers of a stream, up to the end of the server. */
class StoppableMessages<T> implements AsyncIterableIterator<T> {
  readonly #messages: AsyncIterator<T>;
  readonly #signal: AbortSignal;

  constructor(messages: AsyncIterable<T>, signal: AbortSignal) {
    this.#messages = messages[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    return unlessStopped(this.#signal, () => this.#messages.next());
  }

  /** Does not wait for a step that hangs: the answer is over. */
  async return(): Promise<IteratorResult<T>> {
    this.#messages.return?.().catch(() => undefined);
    return { done: true, value: undefined };
  }

  /** Connect asks for it, to tell what ended the answer. */
  async throw(reason: unknown): Promise<IteratorResult<T>> {
    const messages = this.#messages;
    if (messages.throw !== undefined) {
      return unlessStopped(this.#signal, async () => messages.throw?.(reason) as never);
    }
    await this.return();
    throw reason;
  }
}
