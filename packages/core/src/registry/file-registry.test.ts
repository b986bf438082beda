import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awaiter } from "../testing/await-update.js";
import { memoryLogger } from "../testing/memory-logger.js";
import { fileRegistry } from "./file-registry.js";

const greet = { service: "greet.GreetService", group: "", version: "" };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function fileWith(text: string) {
  const folder = await mkdtemp(join(tmpdir(), "thrice-file-registry-"));
  open.push(() => rm(folder, { recursive: true }));
  const path = join(folder, "services.json");
  const write = async (content: string) => {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  await write(text);
  const logger = memoryLogger();
  const registry = fileRegistry({ path, intervalMs: 10, logger });
  open.push(() => registry.close());
  return { write, logger, registry, path };
}

describe("a file as registry", () => {
  test("serves a service that it does not name at the addresses of the star", async () => {
    const { registry } = await fileWith('{ "*": "tri://a:1;tri://b:2?zone=north" }');
    const { endpoints } = await awaiter(registry, greet).until(({ state }) => state === "live");
    expect(endpoints.map(({ id, zone }) => [id, zone])).toEqual([
      ["a:1", ""],
      ["b:2", "north"],
    ]);
  });

  test("keeps what it said when it is written wrong, logs each wrong content once, and mends", async () => {
    const { registry, write, logger, path } = await fileWith('{ "greet.GreetService": "a:1" }');
    const { until } = awaiter(registry, greet);
    await until(({ state }) => state === "live");
    await write('{ "greet.GreetService": "a:x" }');
    const stale = await until(({ state }) => state === "stale");
    expect(stale.endpoints.map(({ id }) => id)).toEqual(["a:1"]);
    expect(stale.reason).toContain("services['greet.GreetService']: port of url 'a:x' must be");
    await write('{ "greet.GreetService": "a:x" } ');
    await write("{");
    await until(({ reason }) => reason.includes("JSON"));
    await write('{ "greet.GreetService": ["b:1"] }');
    const live = await until(({ state }) => state === "live");
    expect(live.endpoints.map(({ id }) => id)).toEqual(["b:1"]);
    expect(logger.records.map(({ level }) => level)).toEqual(["warn", "warn"]);
    expect(logger.records[0]?.message).toContain(`registry file [${path}] cannot be used`);
  });

  test("says why nothing is known when the file was never there", async () => {
    const logger = memoryLogger();
    const registry = fileRegistry({ path: "/nowhere/services.json", logger });
    open.push(() => registry.close());
    const update = await awaiter(registry, greet).until(({ reason }) => reason !== "");
    expect(update).toMatchObject({
      state: "connecting",
      reason: expect.stringContaining("ENOENT"),
    });
    expect(logger.records).toHaveLength(1);
  });

  test.each([
    { title: "no path", options: {}, says: "path must be the path of a file, got undefined" },
    {
      title: "an unknown option",
      options: { path: "a", interval: 1 },
      says: "did you mean 'intervalMs'?",
    },
    {
      title: "an interval of 0",
      options: { path: "a", intervalMs: 0 },
      says: "intervalMs must be a number from 10",
    },
    { title: "a wrong logger", options: { path: "a", logger: 1 }, says: "logger must be a logger" },
  ])("refuses $title", ({ options, says }) => {
    expect(() => fileRegistry(options as never)).toThrow(says);
  });
});
