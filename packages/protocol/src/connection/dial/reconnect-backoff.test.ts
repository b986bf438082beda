import { ReconnectBackoff } from "./reconnect-backoff.js";

function newBackoff(random = 0.5, maxBackoffMs = 1_000) {
  return new ReconnectBackoff({ firstBackoffMs: 25, maxBackoffMs, random: () => random });
}

describe("reconnect backoff", () => {
  test("lets the first dial start at once", () => {
    expect(newBackoff().pauseMs(0)).toBe(0);
  });

  test("makes each pause 1.6 times as long as the one before, up to 1 s", () => {
    const backoff = newBackoff();
    const pauses = Array.from({ length: 10 }, () => {
      backoff.noteFailed(0);
      return Math.round(backoff.pauseMs(0));
    });
    expect(pauses).toEqual([25, 40, 64, 102, 164, 262, 419, 671, 1_000, 1_000]);
  });

  test.each([
    { random: 0, pauseMs: 20 },
    { random: 0.5, pauseMs: 25 },
    { random: 0.999_999, pauseMs: 30 },
  ])("draws $random as a pause of $pauseMs ms", ({ random, pauseMs }) => {
    const backoff = newBackoff(random);
    backoff.noteFailed(1_000);
    expect(backoff.pauseMs(1_000)).toBeCloseTo(pauseMs, 3);
  });

  test("counts a pause from the failure on", () => {
    const backoff = newBackoff();
    backoff.noteFailed(100);
    expect(backoff.pauseMs(110)).toBe(15);
    expect(backoff.pauseMs(125)).toBe(0);
  });

  test("begins anew after a success", () => {
    const backoff = newBackoff();
    for (let failure = 0; failure < 5; failure++) backoff.noteFailed(0);
    backoff.reset();
    expect(backoff.pauseMs(0)).toBe(0);
    backoff.noteFailed(0);
    expect(backoff.pauseMs(0)).toBe(25);
  });

  test("dials at once after the loss of a connection that lasted", () => {
    const backoff = newBackoff();
    expect(backoff.noteLost(0, 25)).toBe(false);
    expect(backoff.pauseMs(25)).toBe(0);
  });

  test("keeps two dials 25 ms apart if the first connection is lost at once", () => {
    const backoff = newBackoff();
    expect(backoff.noteLost(100, 110)).toBe(true);
    expect(backoff.pauseMs(110)).toBe(15);
  });
});
