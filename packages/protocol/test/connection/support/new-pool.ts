/** A pool on a fake network and a clock that the test moves. */
import { FakeClock } from "@thrice/core/testing";
import {
  ConnectionPool,
  type ConnectionPoolOptions,
} from "../../../src/connection/connection-pool.js";
import { frameTypes, rawFrame } from "../../support/frames.js";
import { FakeNetwork } from "./fake-network.js";
import { RecordingWaiter } from "./recording-waiter.js";

const target = { host: "127.0.0.1", port: 50_051 };
export const settingsAck = rawFrame(frameTypes.settings, 1, 0, new Uint8Array());

/** Opens nothing until a caller waits. */
export function newPool(options: Partial<ConnectionPoolOptions> = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const thrown: unknown[] = [];
  const pool = new ConnectionPool(
    { target, clock, random: () => 0.5, onThrown: (error) => thrown.push(error), ...options },
    network,
  );
  const waitAll = (count: number, waiterOptions = {}) => {
    const waiters = Array.from({ length: count }, () => new RecordingWaiter(waiterOptions));
    for (const waiter of waiters) pool.wait(waiter);
    return waiters;
  };
  return { clock, network, pool, thrown, waitAll };
}

/** What a waiter is told when nobody listens. */
export const refused = "connect-failed: cannot connect to 127.0.0.1:50051: refused";
