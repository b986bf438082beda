/**
 * Connects to whichever address of a name answers first.
 *
 * Node.js has `autoSelectFamily`, which gives every address but the last 250 ms and then breaks it off: on a link slower
 * than that, it fails although any address would do. Here an attempt goes on while later ones are started.
 *
 * With TLS, an address has answered when the handshake is done: one that takes connections and then hangs, as behind a
 * link that drops large packets, holds nobody up, and one that shows a wrong certificate loses to the next.
 *
 * @see RFC 8305 sections 4 and 5
 */
import { isIPv6 } from "node:net";
import type { CancelTimer } from "@thrice/core";
import type { Http2Clock } from "@thrice/http2";
import type { PoolSocket } from "./network.js";
import type { Target } from "./target.js";

/** What is raced, and how. */
export interface AddressRaceOptions {
  /** At least one, in the order of preference. */
  readonly targets: readonly Target[];
  /** Head start of each address over the next, in milliseconds. */
  readonly addressDelayMs: number;
  readonly clock: Http2Clock;
  /** Starts to connect. */
  open(target: Target): PoolSocket;
  /** Takes the socket of the first address that answered; called at most once, and not with `onLost`. */
  onWon(socket: PoolSocket): void;
  /** Takes the error of each address, once all have failed. */
  onLost(errors: readonly Error[]): void;
}

/** Starts a race. The function that it returns stops it and destroys what is open, except the winner. */
export function raceAddresses(options: AddressRaceOptions): () => void {
  const race = new AddressRace(options);
  race.next();
  return () => race.stop();
}

/** Puts the families by turns, beginning with that of the first address. */
export function interleaveFamilies(addresses: readonly string[]): readonly string[] {
  const firstIs6 = isIPv6(addresses[0] ?? "");
  const same = addresses.filter((address) => isIPv6(address) === firstIs6);
  const other = addresses.filter((address) => isIPv6(address) !== firstIs6);
  const longer = Math.max(same.length, other.length);
  return Array.from({ length: longer }, (_, i) => [same[i], other[i]])
    .flat()
    .filter((address) => address !== undefined);
}

class AddressRace {
  readonly #options: AddressRaceOptions;
  readonly #running = new Set<PoolSocket>();
  readonly #errors: Error[] = [];
  #started = 0;
  #undoTimer: CancelTimer | undefined;
  #isOver = false;

  constructor(options: AddressRaceOptions) {
    this.#options = options;
  }

  /** Starts with the next address, if one is left. */
  next(): void {
    this.#undoTimer?.();
    const { targets, addressDelayMs, clock } = this.#options;
    const target = targets[this.#started++];
    if (target === undefined) return;
    try {
      this.#watch(this.#options.open(target));
    } catch (error) {
      queueMicrotask(() => this.#lose(error as Error));
      return;
    }
    if (this.#started < targets.length) {
      this.#undoTimer = clock.setTimer(addressDelayMs, () => this.next());
    }
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#undoTimer?.();
    for (const socket of this.#running) socket.destroy();
    this.#running.clear();
  }

  #watch(socket: PoolSocket): void {
    this.#running.add(socket);
    socket.once(socket.encrypted ? "secureConnect" : "connect", () => {
      if (socket.destroyed) return; // its error is on its way
      this.#running.delete(socket);
      if (this.#isOver) return;
      this.stop();
      this.#options.onWon(socket);
    });
    // Stays on, since a socket may report what happened to it after the race.
    socket.on("error", (error) => {
      if (this.#running.delete(socket)) this.#lose(error);
    });
  }

  #lose(error: Error): void {
    if (this.#isOver) return;
    this.#errors.push(error);
    if (this.#errors.length === this.#options.targets.length) {
      this.stop();
      this.#options.onLost(this.#errors);
    } else {
      this.next();
    }
  }
}
