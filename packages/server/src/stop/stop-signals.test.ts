import { FakeClock } from "@thrice/core/testing";
import { onStopSignal, resolveStopSignals } from "./stop-signals.js";

describe("onStopSignal", () => {
  test("stops once, however often a signal comes within a second, and then lets signals be", async () => {
    const before = process.listenerCount("SIGTERM");
    const clock = new FakeClock();
    const stop = jest.fn();
    const undo = onStopSignal(["SIGTERM", "SIGINT"], stop, clock);
    process.emit("SIGTERM");
    await clock.advance(999);
    process.emit("SIGTERM");
    process.emit("SIGINT");
    expect(stop).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(process.listenerCount("SIGTERM")).toBe(before);
    undo();
  });

  test("taken back leaves no listener and no timer", () => {
    const before = process.listenerCount("SIGINT");
    const clock = new FakeClock();
    const undo = onStopSignal(["SIGINT"], () => {}, clock);
    process.emit("SIGINT");
    undo();
    expect(process.listenerCount("SIGINT")).toBe(before);
    expect(clock.pendingTimers).toBe(0);
  });
});

test.each([
  { value: true, signals: ["SIGTERM", "SIGINT"] },
  { value: false, signals: [] },
  { value: ["SIGINT"], signals: ["SIGINT"] },
])("stopOnSignals $value means $signals", ({ value, signals }) => {
  expect(resolveStopSignals(value as boolean)).toEqual(signals);
});

test.each([
  {
    value: "SIGTERM",
    says: "stopOnSignals must be true, false or a list of signals, got 'SIGTERM'",
  },
  {
    value: ["SIGKILL"],
    says: "stopOnSignals[0] must be one of 'SIGTERM', 'SIGINT', got 'SIGKILL'",
  },
])("stopOnSignals $value is refused", ({ value, says }) => {
  expect(() => resolveStopSignals(value as never)).toThrow(says);
});
