import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { StopSteps } from "./stop-steps.js";

function open() {
  const clock = new FakeClock();
  const logger = memoryLogger();
  return { clock, logger, steps: new StopSteps(clock, logger) };
}

describe("StopSteps", () => {
  test("withdraws, all at once, before it tells anybody", async () => {
    const { clock, steps } = open();
    const taken: string[] = [];
    steps.add("tell", () => void taken.push("told"));
    for (const name of ["a", "b"]) {
      steps.add("withdraw", async () => {
        taken.push(`${name} begins`);
        await new Promise<void>((resolve) => void clock.setTimer(10, resolve));
        taken.push(`${name} ends`);
      });
    }
    const done = steps.run(1_000);
    await clock.advance(10);
    await done;
    expect(taken).toEqual(["a begins", "b begins", "a ends", "b ends", "told"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("logs what a step throws, at once or later, and takes the others", async () => {
    const { logger, steps } = open();
    const told = jest.fn();
    steps.add("withdraw", () => {
      throw new Error("no etcd");
    });
    steps.add("withdraw", () => Promise.reject(new Error("no zookeeper")));
    steps.add("tell", told);
    await steps.run(1_000);
    expect(told).toHaveBeenCalledTimes(1);
    expect(logger.records).toMatchObject([
      { level: "warn", message: expect.stringMatching(/"withdraw" .*no etcd/s) },
      { level: "warn", message: expect.stringMatching(/"withdraw" .*no zookeeper/s) },
    ]);
  });

  test("waits no longer than its limit for a step that hangs", async () => {
    const { clock, logger, steps } = open();
    steps.add("withdraw", () => new Promise(() => {}));
    const done = jest.fn();
    const run = steps.run(1_000).then(done);
    await clock.advance(999);
    expect(done).not.toHaveBeenCalled();
    await clock.advance(1);
    await run;
    expect(logger.records).toMatchObject([{ level: "warn" }]);
  });

  test("without steps is done, and sets no timer", async () => {
    const { clock, steps } = open();
    await steps.run(1_000);
    expect(clock.pendingTimers).toBe(0);
  });
});
