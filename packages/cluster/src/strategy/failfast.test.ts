import { Code } from "@connectrpc/connect";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { failfast } from "./failfast.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

describe("failfast", () => {
  test("answers with its one success", async () => {
    const { result } = await bench.play({ strategy: failfast, script: [answer("hi")] });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "hi" } } });
  });

  test.each([
    { outcome: "connection-lost" },
    { outcome: "connect-failed" },
    { outcome: "answered" },
  ] as const)("makes no second attempt after one that ended as $outcome", async ({ outcome }) => {
    const script = [failure({ outcome, code: Code.Unavailable }), answer()];
    const { result, wire, attempts } = await bench.play({ strategy: failfast, script });
    expect(result).toMatchObject({ ok: false, outcome, error: { code: Code.Unavailable } });
    expect(wire.asked).toEqual(["a"]);
    expect(attempts).toHaveLength(1);
  });

  test("says so when there is no endpoint", async () => {
    const { result } = await bench.play({ strategy: failfast, names: [] });
    expect(result).toMatchObject({ outcome: "rejected", error: { code: Code.Unavailable } });
  });

  test("has a name", () => {
    expect(failfast.name).toBe("failfast");
  });
});
