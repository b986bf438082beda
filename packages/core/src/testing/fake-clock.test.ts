import { FakeClock } from "./fake-clock.js";

describe("FakeClock", () => {
  test("fires timers in due order and stops at the target", async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.setTimer(20, () => fired.push("late"));
    clock.setTimer(10, () => fired.push("early"));
    clock.setTimer(30, () => fired.push("never"));
    await clock.advance(25);
    expect(fired).toEqual(["early", "late"]);
    expect(clock.nowMs()).toBe(25);
    expect(clock.pendingTimers).toBe(1);
  });

  test("leaves out a timer that was undone", async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    const undo = clock.setTimer(10, () => fired.push("undone"));
    undo();
    await clock.advance(10);
    expect(fired).toEqual([]);
  });

  test("fires a timer that another timer set, in the same advance", async () => {
    const clock = new FakeClock();
    const firedAtMs: number[] = [];
    clock.setTimer(10, () => clock.setTimer(5, () => firedAtMs.push(clock.nowMs())));
    await clock.advance(20);
    expect(firedAtMs).toEqual([15]);
  });
});
