import { defaultBackoff, drawPauseMs } from "./backoff.js";

describe("drawPauseMs", () => {
  test.each([
    { retry: 1, boundMs: 25 },
    { retry: 2, boundMs: 50 },
    { retry: 3, boundMs: 100 },
    { retry: 4, boundMs: 200 },
    { retry: 5, boundMs: 250 },
    { retry: 6, boundMs: 250 },
    { retry: 100, boundMs: 250 },
  ])("draws the pause before retry $retry evenly from 0 to $boundMs ms", ({ retry, boundMs }) => {
    const drawn = [0, 0.25, 0.5].map((share) => drawPauseMs(defaultBackoff, retry, () => share));
    expect(drawn).toEqual([0, boundMs / 4, boundMs / 2]);
    expect(drawPauseMs(defaultBackoff, retry, () => 1 - 2 ** -53)).toBeLessThanOrEqual(boundMs);
  });

  test.each([
    { name: "a bound of 0 means no pause", baseMs: 0, maxMs: 250, retry: 9, pauseMs: 0 },
    { name: "max cuts base", baseMs: 100, maxMs: 40, retry: 1, pauseMs: 20 },
    { name: "base grows to max", baseMs: 1_000, maxMs: 3_000, retry: 3, pauseMs: 1_500 },
  ])("follows the user's numbers: $name", ({ baseMs, maxMs, retry, pauseMs }) => {
    expect(drawPauseMs({ baseMs, maxMs }, retry, () => 0.5)).toBe(pauseMs);
  });
});
