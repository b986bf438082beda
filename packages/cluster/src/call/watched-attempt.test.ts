import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptEnd } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { endpoint } from "../testing/call-bench.js";
import { type AttemptScript, answer, openStream, ScriptedWire } from "../testing/scripted-wire.js";
import { WatchedAttempt } from "./watched-attempt.js";

const late = new ConnectError("too late", Code.DeadlineExceeded);

function watch(script: AttemptScript) {
  const clock = new FakeClock();
  const wire = new ScriptedWire(clock, [script]);
  const judged: AttemptEnd[] = [];
  const judge = (end: AttemptEnd): AttemptEnd => {
    judged.push(end);
    return end;
  };
  const request = { endpoint: endpoint("a"), previousAttempts: 0, timeoutMs: 1 };
  return { clock, wire, judged, attempt: new WatchedAttempt(wire.start(request), judge) };
}

describe("WatchedAttempt", () => {
  test("ends as the wire says, and is judged once", async () => {
    const { attempt, judged, clock } = watch(answer("hi", { afterMs: 5 }));
    await clock.advance(5);
    const end = await attempt.end;
    expect(end.ok).toBe(true);
    expect(judged).toEqual([end]);
    attempt.stop("cancelled", late);
    expect(await attempt.end).toBe(end);
    expect(judged).toHaveLength(1);
  });

  test("ends when it is stopped, in the same tick", () => {
    const { attempt, judged, wire } = watch(answer("hi", { afterMs: 5 }));
    attempt.stop("attempt-timed-out", late);
    expect(judged).toEqual([{ ok: false, outcome: "attempt-timed-out", error: late }]);
    expect(wire.cancels).toEqual([{ attempt: 0, error: late, atMs: 0 }]);
  });

  test("ignores an answer that comes after it was stopped", async () => {
    const { attempt, clock } = watch(answer("late", { afterMs: 5, ignoresCancel: true }));
    attempt.stop("cancelled", late);
    await clock.advance(5);
    expect((await attempt.end).ok).toBe(false);
    expect(attempt.answer).toBeUndefined();
  });

  test("frees an answered stream when it is stopped", async () => {
    const { attempt, clock, wire } = watch(openStream());
    await clock.advance(0);
    expect(attempt.answer).toMatchObject({ kind: "stream" });
    attempt.stop("cancelled", late);
    await attempt.finished;
    expect((await attempt.end).ok).toBe(true);
    expect(wire.open).toEqual([]);
  });

  test("undoes its timer when it ends", async () => {
    const { attempt, clock } = watch(answer());
    attempt.boundBy(clock.setTimer(100, () => attempt.stop("attempt-timed-out", late)));
    expect(clock.pendingTimers).toBe(1);
    await attempt.end;
    expect(clock.pendingTimers).toBe(0);
  });
});
