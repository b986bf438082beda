import type { Message } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { unlimitedBudget } from "../retry/budget.js";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { greeting, methods } from "../testing/greet-service.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { type Merge, mergeable } from "./mergeable.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

type Greeting = Message & { greeting: string };

const join: Merge<Greeting> = (answers) =>
  greeting(answers.map((one) => one.greeting).join(" ")) as Greeting;

describe("mergeable", () => {
  test("merges the answers of all endpoints, in their order", async () => {
    const script = [answer("a", { afterMs: 9 }), answer("b"), answer("c", { afterMs: 3 })];
    const { result, wire } = await bench.play({ strategy: mergeable(join), script });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "a b c" } } });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 0, 0]);
  });

  test("waits for a merge that takes its time", async () => {
    const later: Merge<Greeting> = async (...args) => join(...args);
    const { result } = await bench.play({
      strategy: mergeable(later),
      names: ["a"],
      script: [answer("a")],
    });
    expect(result).toMatchObject({ answer: { message: { greeting: "a" } } });
  });

  test.each([
    { maxFailedRatio: 0, text: undefined },
    { maxFailedRatio: 0.5, text: "a c" },
  ])("with one of three failing and maxFailedRatio $maxFailedRatio gives $text", async (row) => {
    const { maxFailedRatio, text } = row;
    const script = [answer("a"), failure(), answer("c")];
    const strategy = mergeable(join, { maxFailedRatio });
    const { result } = await bench.play({ strategy, script });
    const message = result.ok && result.answer.kind === "unary" ? result.answer.message : undefined;
    expect((message as Greeting | undefined)?.greeting).toBe(text);
  });

  test.each([
    {
      name: "throws",
      merge: () => {
        throw new Error("no idea");
      },
      text: "threw: Error: no idea",
    },
    {
      name: "gives nothing",
      merge: () => undefined as never,
      text: "merge must return a greet.GreetResponse, got undefined",
    },
    {
      name: "gives text",
      merge: () => "hi" as never,
      text: "merge must return a greet.GreetResponse, got 'hi'",
    },
  ])("fails the call when merge $name", async ({ merge, text }) => {
    const call = { strategy: mergeable(merge), names: ["a"], script: [answer("a")] };
    const { result } = await bench.play(call);
    const rawMessage = expect.stringContaining(text);
    expect(result).toMatchObject({ error: { code: Code.Internal, rawMessage } });
  });

  test("earns the budget what a success does", async () => {
    let earned = 0;
    const budget = { ...unlimitedBudget, noteSuccess: () => earned++ };
    const script = [answer("a"), answer("b"), answer("c")];
    await bench.play({ strategy: mergeable(join), script, budget });
    expect(earned).toBe(1);
  });

  test("refuses a stream of answers, and what is no function", async () => {
    const call = { strategy: mergeable(join), method: methods.serverStream };
    expect((await bench.play(call)).result).toMatchObject({ error: { code: Code.Unimplemented } });
    expect(() => mergeable("sum" as never)).toThrow("merge must be a function, got 'sum'");
  });
});
