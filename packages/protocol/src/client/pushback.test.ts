import { parsePushback } from "./pushback.js";

describe("parsePushback", () => {
  test("finds none where there is no header", () => {
    expect(parsePushback(new Headers())).toBeUndefined();
  });

  test.each([
    { text: "0", delayMs: 0 },
    { text: "1", delayMs: 1 },
    { text: " 250 ", delayMs: 250 },
    { text: "007", delayMs: 7 },
    { text: "2147483647", delayMs: 2_147_483_647 },
  ])("reads $text as a pause of $delayMs ms", ({ text, delayMs }) => {
    const header = new Headers({ "grpc-retry-pushback-ms": text });
    expect(parsePushback(header)).toEqual({ kind: "after", delayMs });
  });

  test.each([
    "",
    "-1",
    "2147483648",
    "99999999999",
    "1.5",
    "1e3",
    "0x10",
    "soon",
    "1 2",
    "1, 2",
    "+1",
  ])("reads %j as an order to stop", (text) => {
    const header = new Headers({ "grpc-retry-pushback-ms": text });
    expect(parsePushback(header)).toEqual({ kind: "stop" });
  });

  test("reads two values as an order to stop", () => {
    const header = new Headers([
      ["grpc-retry-pushback-ms", "1"],
      ["grpc-retry-pushback-ms", "1"],
    ]);
    expect(parsePushback(header)).toEqual({ kind: "stop" });
  });
});
