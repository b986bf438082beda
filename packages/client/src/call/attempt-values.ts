import { type ContextKey, type ContextValues, createContextKey } from "@connectrpc/connect";
import type { AttemptInfo } from "@thrice/core";

/**
 * Context key under which an attempt interceptor finds out about its attempt: number, kind, endpoint, and why it is made. The
 * same object stands for the attempt in `events`. Undefined in interceptors that run once per call.
 *
 * @example
 * ```ts
 * const attempt = request.contextValues.get(attemptKey);
 * ```
 */
export const attemptKey: ContextKey<AttemptInfo | undefined> = createContextKey<
  AttemptInfo | undefined
>(undefined, { description: "Thrice attempt" });

/** Context values of one attempt: those of its call, beneath what is set for the attempt alone. */
export class AttemptValues implements ContextValues {
  readonly #own = new Map<symbol, unknown>();
  readonly #call: ContextValues | undefined;

  constructor(call: ContextValues | undefined, about: AttemptInfo | undefined) {
    this.#call = call;
    this.set(attemptKey, about);
  }

  get<T>(key: ContextKey<T>): T {
    if (this.#own.has(key.id)) return this.#own.get(key.id) as T;
    return this.#call === undefined ? key.defaultValue : this.#call.get(key);
  }

  set<T>(key: ContextKey<T>, value: T): this {
    this.#own.set(key.id, value);
    return this;
  }

  delete(key: ContextKey<unknown>): this {
    return this.set(key, key.defaultValue);
  }
}
