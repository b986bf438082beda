import type { ContextKey, ContextValues } from "@connectrpc/connect";
import { type AttemptInfo, attemptKey } from "@thrice/core";

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
