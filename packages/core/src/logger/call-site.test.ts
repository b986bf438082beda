import { callSiteFromStack, captureCallSite, unknownCallSite } from "./call-site.js";

const { prepareStackTrace, stackTraceLimit } = Error;

afterEach(() => {
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
});

describe("captureCallSite", () => {
  const sites: string[] = [];
  const method = () => {
    sites.push(captureCallSite(method));
  };

  beforeEach(() => {
    sites.length = 0;
  });

  test("names the line which called the method", () => {
    const line = lineHere() + 1;
    method();
    expect(sites).toEqual([`logger/call-site.test.ts:${line}`]);
  });

  test("names the line inside an async function after it has waited", async () => {
    await null;
    const line = lineHere() + 1;
    method();
    expect(sites).toEqual([`logger/call-site.test.ts:${line}`]);
  });

  test("passes over built-in functions that were handed the method", () => {
    const line = lineHere() + 1;
    [1].forEach(method);
    expect(sites).toEqual([`logger/call-site.test.ts:${line}`]);
  });

  test("passes over the module of the runtime that was handed the method", () => {
    const target = new EventTarget();
    target.addEventListener("ping", method);
    const line = lineHere() + 1;
    target.dispatchEvent(new Event("ping"));
    expect(sites).toEqual([`logger/call-site.test.ts:${line}`]);
  });

  test("does not know who set a timer that calls the method", async () => {
    await new Promise<void>((resolve) => {
      setImmediate(method);
      setImmediate(resolve);
    });
    expect(sites).toEqual([unknownCallSite]);
  });

  test("works however few frames the program keeps, and leaves its setting alone", () => {
    Error.stackTraceLimit = 0;
    method();
    expect(Error.stackTraceLimit).toBe(0);
    expect(sites).toEqual([expect.stringMatching(/^logger\/call-site\.test\.ts:\d+$/)]);
  });

  test.each([
    { what: "answers no text", prepare: (_: Error, frames: NodeJS.CallSite[]) => frames },
    {
      what: "throws",
      prepare: () => {
        throw new Error("no stacks today");
      },
    },
  ])("answers unknown:0 while a stack formatter of the program $what", ({ prepare }) => {
    Error.prepareStackTrace = prepare;
    method();
    Error.prepareStackTrace = prepareStackTrace;
    expect(sites).toEqual(["unknown:0"]);
  });
});

describe("callSiteFromStack", () => {
  test.each([
    { frame: "serve (/app/src/server.ts:42:7)", site: "src/server.ts:42" },
    { frame: "/app/src/server.ts:42:7", site: "src/server.ts:42" },
    { frame: "async /app/src/server.ts:42:7", site: "src/server.ts:42" },
    { frame: "async Object.serve [as run] (/app/src/server.ts:42:7)", site: "src/server.ts:42" },
    { frame: "new Server (/app/src/server.ts:42:7)", site: "src/server.ts:42" },
    { frame: "file:///app/src/server.mjs:1:1", site: "src/server.mjs:1" },
    { frame: "file:///app/my%20src/server.ts?tsx=/1#x:1:1", site: "my src/server.ts:1" },
    { frame: "file:///C:/app/src/server.ts:3:1", site: "src/server.ts:3" },
    { frame: "serve (C:\\app\\src\\server.ts:3:1)", site: "src/server.ts:3" },
    { frame: "C:\\app\\src\\server.ts:3:1", site: "src/server.ts:3" },
    { frame: "serve (/app/my (old) src/server.ts:3:1)", site: "my (old) src/server.ts:3" },
    { frame: "/app/my (old) src/server.ts:3:1", site: "my (old) src/server.ts:3" },
    { frame: "webpack://app/./src/server.ts:3:1", site: "src/server.ts:3" },
    { frame: "/server.ts:3:1", site: "server.ts:3" },
    {
      frame: "log (/app/node_modules/@thrice/server/dist/handler-error.js:29:7)",
      site: "server/handler-error.js:29",
    },
    {
      frame:
        "file:///app/node_modules/.pnpm/@thrice+client@1/node_modules/@thrice/client/dist/call/a.js:2:1",
      site: "client/a.js:2",
    },
    {
      frame: "C:\\app\\node_modules\\@thrice\\server\\src\\a.ts:2:1",
      site: "server/a.ts:2",
    },
    {
      frame: "/thrice/packages/server/src/handler-error.ts:29:7",
      site: "server/handler-error.ts:29",
    },
    { frame: "/thrice/packages/server/dist/a.js:29:7", site: "server/a.js:29" },
    { frame: "/mine/packages/server/src/routes/a.ts:29:7", site: "routes/a.ts:29" },
    { frame: "/mine/@thrice/server/src/a.ts:2:1", site: "src/a.ts:2" },
    { frame: "[eval]:1:1", site: "[eval]:1" },
    { frame: "fn (file:///app/100%/x.ts:1:1)", site: "100%/x.ts:1" },
    { frame: "Array.map (<anonymous>)", site: "next/frame.ts:9" },
    { frame: "async Promise.all (index 0)", site: "next/frame.ts:9" },
    { frame: "node:internal/process/task_queues:95:5", site: "next/frame.ts:9" },
    { frame: "emit (node:events:519:28)", site: "next/frame.ts:9" },
    { frame: "eval (eval at f (/app/src/a.ts:1:2), <anonymous>:1:1)", site: "next/frame.ts:9" },
  ])("reads $site from $frame", ({ frame, site }) => {
    expect(callSiteFromStack(`Error: x\n    at ${frame}\n    at /next/frame.ts:9:1`)).toBe(site);
  });

  test.each(["", "Error: at /a/b.ts:1:1", "Error\n    at Array.map (<anonymous>)", undefined, []])(
    "answers unknown:0 for %j",
    (stack) => {
      expect(callSiteFromStack(stack)).toBe("unknown:0");
    },
  );
});

/** The line of its caller, found in another way than the code under test does. */
function lineHere(): number {
  const frames = new Error("here").stack?.split("\n") ?? [];
  return Number(frames[2]?.split(":").at(-2));
}
