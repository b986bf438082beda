import { FakeClock } from "@thrice/core/testing";
import { watchIdle } from "./idle-watch.js";

function startWatch(idleTimeoutMs: number) {
  const clock = new FakeClock();
  const closedAtMs: number[] = [];
  const connection = {
    activeStreams: 0,
    streamsBegun: 0,
    close: () => closedAtMs.push(clock.nowMs()),
  };
  const stop = watchIdle(connection, idleTimeoutMs, clock);
  return { clock, closedAtMs, connection, stop };
}

describe("idle watch", () => {
  test("closes a connection once it had no stream for the idle time and a quarter", async () => {
    const { clock, closedAtMs } = startWatch(1_000);
    await clock.advance(5_000);
    expect(closedAtMs).toEqual([1_250]);
  });

  test("leaves a connection alone whose stream is open all the time", async () => {
    const { clock, closedAtMs, connection } = startWatch(1_000);
    connection.activeStreams = 1;
    connection.streamsBegun = 1;
    await clock.advance(10_000);
    expect(closedAtMs).toEqual([]);
  });

  test("counts anew after a stream that began and ended between two looks", async () => {
    const { clock, closedAtMs, connection } = startWatch(1_000);
    await clock.advance(900);
    connection.streamsBegun = 1;
    await clock.advance(5_000);
    expect(closedAtMs).toEqual([2_000]);
  });

  test("does nothing when stopped, or with an idle time of 0", async () => {
    const { clock, stop } = startWatch(1_000);
    stop();
    expect(clock.pendingTimers).toBe(0);
    expect(startWatch(0).clock.pendingTimers).toBe(0);
  });
});
