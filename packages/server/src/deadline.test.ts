import { Code } from "@connectrpc/connect";
import { maxTimerMs } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { Deadline } from "./deadline.js";

const never = () => new Promise<never>(() => {});

describe("Deadline", () => {
  test("fails a step that outlasts it, and no moment earlier", async () => {
    const clock = new FakeClock();
    const deadline = new Deadline(100, clock);
    const failed = jest.fn();
    const step = deadline.bound(never).catch(failed);
    await clock.advance(99);
    expect(failed).not.toHaveBeenCalled();
    await clock.advance(1);
    await step;
    expect(failed).toHaveBeenCalledWith(expect.objectContaining({ code: Code.DeadlineExceeded }));
    expect(deadline.passed).toBe(true);
  });

  test("hands on how a step in time ends", async () => {
    const deadline = new Deadline(100, new FakeClock());
    expect(await deadline.bound(async () => "answer")).toBe("answer");
    await expect(deadline.bound(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  test("begins no step once it has passed", async () => {
    const clock = new FakeClock();
    const deadline = new Deadline(0, clock);
    await clock.advance(0);
    const work = jest.fn(never);
    await expect(deadline.bound(work)).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    expect(work).not.toHaveBeenCalled();
  });

  test("leaves no timer once it is cleared, and does not pass any more", async () => {
    const clock = new FakeClock();
    const deadline = new Deadline(100, clock);
    deadline.clear();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(200);
    expect(deadline.passed).toBe(false);
  });

  test.each([{ leftMs: undefined }, { leftMs: maxTimerMs + 1 }])(
    "of $leftMs ms sets no timer",
    async ({ leftMs }) => {
      const clock = new FakeClock();
      const deadline = new Deadline(leftMs, clock);
      expect(clock.pendingTimers).toBe(0);
      expect(await deadline.bound(async () => "answer")).toBe("answer");
      deadline.clear();
    },
  );
});
