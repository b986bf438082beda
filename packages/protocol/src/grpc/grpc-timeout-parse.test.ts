import fc from "fast-check";
import { formatGrpcTimeout } from "../client/grpc-timeout.js";
import { parseGrpcTimeout } from "./grpc-timeout-parse.js";

describe("parseGrpcTimeout", () => {
  test.each([
    { value: "0m", ms: 0 },
    { value: "250m", ms: 250 },
    { value: "99999999m", ms: 99_999_999 },
    { value: "3S", ms: 3_000 },
    { value: "2M", ms: 120_000 },
    { value: "1H", ms: 3_600_000 },
    { value: "1500u", ms: 1.5 },
    { value: "500n", ms: 0.0005 },
    { value: "00000001S", ms: 1_000 },
  ])("reads $value as $ms ms", ({ value, ms }) => {
    expect(parseGrpcTimeout(value)).toBe(ms);
  });

  test.each(["", "m", "1", "1s", "1x", "-1m", "+1m", "1.5S", " 1m", "1 m", "123456789m", "١m"])(
    "refuses %j",
    (value) => {
      expect(parseGrpcTimeout(value)).toBeUndefined();
    },
  );

  test("reads what clients write, never as less", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3.5e11, noNaN: true }), (ms) => {
        expect(parseGrpcTimeout(formatGrpcTimeout(ms))).toBeGreaterThanOrEqual(ms);
      }),
    );
  });
});
