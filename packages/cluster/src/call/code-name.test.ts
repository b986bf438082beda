import { Code } from "@connectrpc/connect";
import { codeName } from "./code-name.js";

describe("codeName", () => {
  test.each([
    { code: Code.Canceled, name: "canceled" },
    { code: Code.Unknown, name: "unknown" },
    { code: Code.InvalidArgument, name: "invalid_argument" },
    { code: Code.DeadlineExceeded, name: "deadline_exceeded" },
    { code: Code.ResourceExhausted, name: "resource_exhausted" },
    { code: Code.OutOfRange, name: "out_of_range" },
    { code: Code.Unauthenticated, name: "unauthenticated" },
    { code: 99 as Code, name: "code99" },
  ])("writes $code as $name", ({ code, name }) => {
    expect(codeName(code)).toBe(name);
  });
});
