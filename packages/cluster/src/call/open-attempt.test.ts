import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptFailure, FailedAttempt } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { endpoint } from "../testing/call-bench.js";
import {
  type AttemptScript,
  answer,
  failure,
  openStream,
  ScriptedWire,
} from "../testing/scripted-wire.js";
import { OpenAttempt } from "./open-attempt.js";

const late = new ConnectError("too late", Code.DeadlineExceeded);

function open(script: AttemptScript) {
  const clock = new FakeClock();
  const wire = new ScriptedWire(clock, [script]);
  const judged: AttemptFailure[] = [];
  const events: string[] = [];
  const owner = {
    clock,
    judge(_attempt: OpenAttempt, failure: AttemptFailure) {
      judged.push(failure);
      return failure;
    },
    onEnded(attempt: OpenAttempt) {
      attempt.endedAs = 1;
      events.push("ended");
    },
    onJudged: () => {},
    onAnswered: () => {},
    onFailed: () => {},
    onTimeOut: (attempt: OpenAttempt) => attempt.stop("attempt-timed-out", late),
    peerTimeoutMs: () => 1,
    resultOf: (_attempt: OpenAttempt, failed: FailedAttempt) => failed,
    onAttemptFinished: () => void events.push("finished"),
  };
  const attempt = new OpenAttempt(owner, endpoint("a"));
  const result = attempt.promise();
  attempt.runs(wire.start(attempt, attempt));
  return { clock, wire, judged, events, attempt, result };
}

describe("OpenAttempt", () => {
  test("ends as the wire says, once, and is measured", async () => {
    const { result, attempt, events, clock } = open(answer("hi", { afterMs: 5 }));
    await clock.advance(5);
    expect(await result).toMatchObject({ ok: true, endpoint: { id: "a" } });
    expect(attempt.record).toEqual({
      endpoint: "a",
      outcome: "answered",
      code: "ok",
      durationMs: 5,
    });
    attempt.stop("cancelled", late);
    expect((await result).ok).toBe(true);
    expect(events).toEqual(["ended", "finished"]);
  });

  test("may end before it is known what runs", async () => {
    const { result, events } = open(failure({ text: "no" }));
    expect(events).toEqual(["ended", "finished"]);
    expect(await result).toMatchObject({ ok: false, outcome: "answered" });
  });

  test("ends when it is stopped, in the same tick", () => {
    const { attempt, judged, wire } = open(answer("hi", { afterMs: 5 }));
    attempt.stop("attempt-timed-out", late);
    expect(judged).toEqual([{ outcome: "attempt-timed-out", error: late }]);
    expect(wire.cancels).toEqual([{ attempt: 0, error: late, atMs: 0 }]);
  });

  test("ignores an answer that comes after it was stopped", async () => {
    const { result, attempt, clock } = open(answer("late", { afterMs: 5, ignoresCancel: true }));
    attempt.stop("cancelled", late);
    await clock.advance(5);
    expect((await result).ok).toBe(false);
    expect(attempt.answer).toBeUndefined();
  });

  test("frees an answered stream when it is stopped", async () => {
    const { result, attempt, wire, events } = open(openStream());
    expect(attempt.answer).toMatchObject({ kind: "stream" });
    expect(attempt.isFinished).toBe(false);
    attempt.stop("cancelled", late);
    expect((await result).ok).toBe(true);
    expect(events).toEqual(["ended", "finished"]);
    expect(wire.open).toEqual([]);
  });

  test("is stopped by its owner when the time is over", async () => {
    const { attempt, clock, judged } = open(answer("hi", { afterMs: 5_000 }));
    attempt.boundBy(100);
    await clock.advance(100);
    expect(judged).toEqual([{ outcome: "attempt-timed-out", error: late }]);
    expect(attempt.durationMs).toBe(100);
  });

  test.each([
    { when: "before it ends", script: answer("hi", { afterMs: 5 }) },
    { when: "when it has ended", script: answer() },
  ])("stops the timer that bounds it $when", async ({ script }) => {
    const { attempt, clock } = open(script);
    attempt.boundBy(100);
    await clock.advance(5);
    expect(clock.pendingTimers).toBe(0);
  });
});
