import { Code } from "@connectrpc/connect";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";
import { quorum } from "./quorum.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

describe("quorum", () => {
  test("answers with the first success once enough have succeeded, and cancels the rest", async () => {
    const script = [answer("a", { afterMs: 20 }), answer("b", { afterMs: 10 }), silence];
    const { result, wire, endedAtMs } = await bench.play({ strategy: quorum(2, 3), script });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(endedAtMs).toBe(20);
    expect(wire.cancels.map(({ attempt }) => attempt)).toEqual([2]);
  });

  test("fails as soon as too many have failed, and cancels the rest", async () => {
    const script = [failure({ afterMs: 5 }), failure({ afterMs: 6, code: Code.Aborted }), silence];
    const { result, wire, endedAtMs } = await bench.play({ strategy: quorum(2, 3), script });
    expect(result).toMatchObject({ ok: false, error: { code: Code.Aborted } });
    expect(endedAtMs).toBe(6);
    expect(wire.cancels.map(({ attempt }) => attempt)).toEqual([2]);
  });

  test("bears as many failures as it has to spare", async () => {
    const script = [failure({ afterMs: 5 }), answer("b"), answer("c", { afterMs: 8 })];
    const { result } = await bench.play({ strategy: quorum(2, 3), script });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "b" } });
  });

  test.each([
    { names: [], there: 0 },
    { names: ["a"], there: 1 },
  ])("says so, and sends nothing, when there are $there endpoints", async ({ names, there }) => {
    const { result, wire } = await bench.play({ strategy: quorum(2, 3), names });
    const rawMessage = `quorum needs 2 endpoints of greet.GreetService, there are ${there}`;
    expect(result).toMatchObject({ error: { code: Code.Unavailable, rawMessage } });
    expect(wire.asked).toEqual([]);
  });

  test("goes on with fewer than its width, if they are enough", async () => {
    const script = [answer("a"), answer("b")];
    const { result } = await bench.play({ strategy: quorum(2, 3), names: ["a", "b"], script });
    expect(result.ok).toBe(true);
  });

  test("refuses a stream of answers, naming the method", async () => {
    const { result } = await bench.play({
      strategy: quorum(2, 3),
      method: methods.serverStream,
    });
    const rawMessage = expect.stringContaining(
      "greet.GreetService/GreetMany answers with a stream",
    );
    expect(result).toMatchObject({ error: { code: Code.Unimplemented, rawMessage } });
  });

  test.each([
    { k: 0, width: 3, text: "k must be a whole number from 1 to 1000, got 0" },
    { k: 3, width: 2, text: "width must be a whole number from 3 to 1000, got 2" },
  ])("refuses $k of $width", ({ k, width, text }) => {
    expect(() => quorum(k, width)).toThrow(text);
  });
});
