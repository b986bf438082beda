/** Three servers are restarted one after the other while a client calls them without pause. */

import { systemClock } from "@thrice/core";
import { Bench } from "./support/bench.js";
import { type ChildServer, spawnServer } from "./support/child-server.js";
import { readAll } from "./support/notes.js";

const bench = new Bench();
afterEach(() => bench.close());
jest.setTimeout(120_000);

const program = "serve-slowly.ts";
const callers = 40;

test("a rolling restart fails no call, and costs the budget nothing", async () => {
  const servers = await Promise.all(["a", "b", "c"].map(() => spawnServer(0, program)));
  bench.closeLater(async () => {
    await Promise.all(servers.map((server) => server.kill()));
  });
  const taken = jest.fn(() => true);
  const { stub } = bench.client({
    url: servers.map(({ url }) => url),
    clock: systemClock,
    random: Math.random,
    retryBudget: { hasBudget: () => true, take: taken, noteSuccess: () => {} },
  });

  let isOver = false;
  let calls = 0;
  const wrong: unknown[] = [];
  const callOn = async (name: string) => {
    while (!isOver) {
      const text = `${name}-${calls++}`;
      try {
        const answers = [
          (await stub.unary({ text })).text,
          ...(await readAll(stub.watch({ text }))),
        ];
        const expected = [text, `${text} 0`, `${text} 1`, `${text} 2`];
        if (answers.join() !== expected.join()) wrong.push(answers);
      } catch (reason) {
        wrong.push(reason);
      }
    }
  };
  const load = Array.from({ length: callers }, (_, at) => callOn(`caller ${at}`));
  for (const [at, server] of servers.entries()) servers[at] = await restart(server);
  isOver = true;
  await Promise.all(load);

  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(callers * servers.length);
  expect(taken).not.toHaveBeenCalled();
});

async function restart(server: ChildServer): Promise<ChildServer> {
  expect(await server.stop()).toBe(0);
  return spawnServer(server.port, program);
}
