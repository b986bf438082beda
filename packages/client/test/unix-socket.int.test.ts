/** Client and server with a Unix domain socket between them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Interceptor } from "@connectrpc/connect";
import { attemptsOf, roundRobin } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";

const bench = new Bench();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thrice-"));
});
afterEach(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

const onPath = (path: string) => ({ path, host: undefined, port: undefined });

test.each(["unix:", "unix://"])("a client whose url begins with %s calls", async (scheme) => {
  const path = join(folder, "a.sock");
  const { server, requests } = await bench.serve({}, onPath(path));
  const urls: string[] = [];
  const see: Interceptor = (next) => (request) => {
    urls.push(request.url);
    return next(request);
  };
  const { stub } = bench.client({ url: `${scheme}${path}?weight=5`, interceptors: [see] });
  expect(await stub.unary({ text: "hi" })).toMatchObject({ text: "hi" });
  expect(await readAll(stub.watch({ text: "hi" }))).toEqual(["hi 1", "hi 2"]);
  expect(server.port).toBeUndefined();
  expect(urls[0]).toBe("http://localhost/kinds.KindsService/Unary");
  expect(requests[0]?.context.url).toBe("http://localhost/kinds.KindsService/Unary");
});

test("an endpoint on a socket and one on a port stand beside each other", async () => {
  const path = join(folder, "a.sock");
  await bench.serve({ unary: () => ({ text: "socket" }) }, onPath(path));
  const { url } = await bench.serve({ unary: () => ({ text: "port" }) });
  const { stub } = bench.client({ url: [`unix:${path}`, url], loadBalance: roundRobin });
  const texts = new Set<string>();
  for (let call = 0; call < 8; call++) texts.add((await stub.unary({})).text);
  expect([...texts].sort()).toEqual(["port", "socket"]);
});

test("a failure names the socket", async () => {
  const path = join(folder, "a.sock");
  const { stub } = bench.client({ url: `unix:${path}`, retries: 0 });
  const error = await failureOf(stub.unary({}));
  expect(error).toMatchObject({
    message: expect.stringContaining(`cannot connect to unix:${path}`),
  });
  expect(attemptsOf(error)).toMatchObject([{ endpoint: `unix:${path}` }]);
});
