import { Timer } from "@thrice/core";
import type { LimitScope } from "./limit-scope.js";

/** A call that waits for its turn. */
export class WaitingCall extends Timer {
  readonly scopes: readonly LimitScope[];
  readonly level: number;
  readonly #expire: (call: WaitingCall) => void;
  /** Tells whoever asked; set by who makes the promise. */
  begin: () => void = () => {};
  refuse: (reason: unknown) => void = () => {};

  constructor(scopes: readonly LimitScope[], level: number, expire: (call: WaitingCall) => void) {
    super();
    this.scopes = scopes;
    this.level = level;
    this.#expire = expire;
  }

  fire(): void {
    this.#expire(this);
  }
}

/** Calls that wait, by how much they matter: level 0 goes first, and within a level who came first. */
export class WaitingCalls {
  readonly #levels: readonly Set<WaitingCall>[];
  #size = 0;

  constructor(levels: number) {
    this.#levels = Array.from({ length: levels }, () => new Set());
  }

  get size(): number {
    return this.#size;
  }

  add(call: WaitingCall): void {
    this.#levels[call.level]?.add(call);
    this.#size++;
  }

  /** Says whether it was there. */
  remove(call: WaitingCall): boolean {
    if (!this.#levels[call.level]?.delete(call)) return false;
    this.#size--;
    return true;
  }

  /** The call that matters least, and less than `level`. Of those, who waited longest: its caller is the likeliest to be gone. */
  leastBelow(level: number): WaitingCall | undefined {
    for (let at = this.#levels.length - 1; at > level; at--) {
      for (const call of this.#levels[at] ?? []) return call;
    }
    return undefined;
  }

  /** The first call whose levels all have room. */
  nextWithRoom(): WaitingCall | undefined {
    for (const level of this.#levels) {
      for (const call of level) if (!call.scopes.some((scope) => scope.isFull)) return call;
    }
    return undefined;
  }
}
