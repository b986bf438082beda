/** Rules of routing that are read live from the engine. */
import { tagRouter } from "@thrice/client";
import { answersOf, Bench } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const config = "/dubbo/config/dubbo";
const blocked = { rawMessage: expect.stringContaining("router condition leaves none") };

/** Calls until the answers are these: a rule takes effect a moment after it was written. */
async function untilAnswers(ask: () => Promise<readonly string[]>, wanted: readonly string[]) {
  // Calls that are blocked never leave, and so would leave no time for anything else.
  while ((await ask()).join() !== wanted.join()) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("rules in an engine", () => {
  test("about tags move calls while they run, and stop when they are gone", async () => {
    const gray = await bench.serve("gray");
    await bench.serve("other");
    const { stub } = bench.client();
    await untilAnswers(() => answersOf(stub), ["gray", "other"]);
    const rule = `tags:\n  - name: gray\n    addresses: ["${gray.id}"]\n`;
    bench.engine.put(`${config}/shop.tag-router`, rule);
    await untilAnswers(() => answersOf(stub), ["other"]);
    expect(await answersOf(stub, { "dubbo.tag": "gray" })).toEqual(["gray"]);
    bench.engine.put(`${config}/shop.tag-router`, undefined);
    await untilAnswers(() => answersOf(stub), ["gray", "other"]);
  });

  test("about a service count from the first call on", async () => {
    bench.engine.put(
      `${config}/greet.GreetService::.condition-router`,
      "configVersion: v3.0\nscope: service\nkey: greet.GreetService\nforce: true\nconditions:\n  - method = greet =>\n",
    );
    await bench.serve("a");
    const { stub } = bench.client();
    await expect(stub.greet({ name: "x" })).rejects.toMatchObject(blocked);
    expect(await stub.greetRetry({ name: "x" })).toMatchObject({ greeting: "a" });
  });

  test("about an application are for that one, whose host they may name", async () => {
    bench.engine.put(
      `${config}/desk.condition-router`,
      "conditions:\n  - application = desk & host = 10.9.9.9 =>\n",
    );
    await bench.serve("a");
    const consumer = { host: "10.9.9.9" };
    const { stub } = bench.client({ application: "desk" }, { consumer });
    await expect(stub.greet({ name: "x" })).rejects.toMatchObject(blocked);
    expect(await answersOf(bench.client({ application: "desk" }).stub)).toEqual(["a"]);
    expect(await answersOf(bench.client({ application: "till" }, { consumer }).stub)).toEqual([
      "a",
    ]);
  });

  test("about a version are not about others", async () => {
    bench.engine.put(
      `${config}/greet.GreetService:2.0:blue.condition-router`,
      "conditions: [' => ']",
    );
    await bench.serve("a");
    expect(await answersOf(bench.client().stub)).toEqual(["a"]);
  });

  test("that are wrong are refused with line and reason, logged once, and those before stay", async () => {
    const key = `${config}/greet.GreetService::.condition-router`;
    bench.engine.put(key, "conditions:\n  - method = greet =>\n");
    await bench.serve("a");
    const { stub, logger } = bench.client();
    await expect(stub.greet({ name: "x" })).rejects.toMatchObject(blocked);
    bench.engine.put(key, "conditions:\n  - method greet\n");
    while (logger.records.length === 0) await stub.greetRetry({ name: "x" });
    await expect(stub.greet({ name: "x" })).rejects.toMatchObject(blocked);
    bench.engine.put(key, "conditions:\n  - method greet\n");
    bench.engine.put(key, "conditions:\n  - method = greetTimeout =>\n");
    await untilAnswers(
      async () => [await stub.greet({ name: "x" }).then(() => "a", String)],
      ["a"],
    );
    expect(logger.records.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^rule \[greet\.GreetService::\.condition-router\] of registry \[memory\] is refused, \[the one before stays\]: line \[2\]: /,
      ),
    ]);
  });

  test("do not count where the client says so", async () => {
    bench.engine.put(`${config}/greet.GreetService::.condition-router`, "conditions: [' => ']");
    await bench.serve("a", { params: { "dubbo.tag": "gray" } });
    const { stub } = bench.client({}, { rules: false });
    expect(await answersOf(stub)).toEqual(["a"]);
  });

  test("about tags give way to a tag router of the client's own", async () => {
    await bench.serve("gray", { params: { "dubbo.tag": "gray" } });
    const { stub } = bench.client({}, { routers: [tagRouter({ tag: "gray" })] });
    expect(await answersOf(stub)).toEqual(["gray"]);
  });

  test("stay in force while the engine is away", async () => {
    bench.engine.put(`${config}/greet.GreetService::.condition-router`, "conditions: [' => ']");
    await bench.serve("a");
    const { stub } = bench.client();
    await expect(stub.greet({ name: "x" })).rejects.toMatchObject(blocked);
    bench.engine.goAway();
    await expect(stub.greet({ name: "x" })).rejects.toMatchObject(blocked);
    bench.engine.comeBack();
  });
});
