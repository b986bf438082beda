import { parseTimeout } from "@connectrpc/connect/protocol-grpc";
import fc from "fast-check";
import { formatGrpcTimeout } from "./grpc-timeout.js";

describe("formatGrpcTimeout", () => {
  test.each([
    { timeoutMs: 0, header: "0m" },
    { timeoutMs: 1, header: "1m" },
    { timeoutMs: 0.001, header: "1m" },
    { timeoutMs: 1.5, header: "2m" },
    { timeoutMs: 99_999_999, header: "99999999m" },
    { timeoutMs: 99_999_999.5, header: "100000S" },
    { timeoutMs: 100_000_000, header: "100000S" },
    { timeoutMs: 100_000_001, header: "100001S" },
    { timeoutMs: 99_999_999_000, header: "99999999S" },
    { timeoutMs: 100_000_000_000, header: "1666667M" },
    { timeoutMs: 99_999_999 * 60_000 + 1, header: "1666667H" },
    { timeoutMs: Number.MAX_VALUE, header: "99999999H" },
  ])("renders $timeoutMs ms as $header", ({ timeoutMs, header }) => {
    expect(formatGrpcTimeout(timeoutMs)).toBe(header);
  });

  test("is read by another parser as no less, and at most a hundredth of a percent and 1 ms more", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (timeoutMs) => {
        const { timeoutMs: read = Number.NaN } = parseTimeout(
          formatGrpcTimeout(timeoutMs),
          Number.POSITIVE_INFINITY,
        );
        expect(read).toBeGreaterThanOrEqual(timeoutMs);
        expect(read).toBeLessThanOrEqual(timeoutMs * 1.0001 + 1);
      }),
      { seed: 20_261_123 },
    );
  });
});
