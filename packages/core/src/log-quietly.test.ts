import { logQuietly } from "./log-quietly.js";

describe("logQuietly", () => {
  test("runs what logs", () => {
    const log = jest.fn();
    logQuietly(log);
    expect(log).toHaveBeenCalledTimes(1);
  });

  test("keeps to itself what the logger throws", () => {
    const log = () => {
      throw new Error("disk full");
    };
    expect(() => logQuietly(log)).not.toThrow();
  });
});
