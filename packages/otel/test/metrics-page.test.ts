/** docs/reference/metrics.md names every metric, and no other. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createNoopMeter, type Meter } from "@opentelemetry/api";
import { otel } from "../src/index.js";

/** What `otel` asks a meter for: name and unit of each instrument. */
function askedFor(): string[] {
  const asked: string[] = [];
  const noop = createNoopMeter();
  const noting = new Proxy(noop, {
    get(target, property) {
      const method = Reflect.get(target, property);
      return (name: string, options?: { unit?: string }) => {
        if (String(property).startsWith("create")) asked.push(`${name} ${options?.unit}`);
        return method.call(target, name, options);
      };
    },
  });
  const telemetry = otel({ tracer: false, meter: noting as Meter });
  telemetry.client();
  telemetry.watch({ counters: () => ({}) as never, levels: () => ({}) as never });
  telemetry.watchServer({ load: idle });
  return asked.sort();
}

const idle = {
  running: 0,
  waiting: 0,
  limit: undefined,
  refused: { concurrency: 0, rate: 0, queue: 0 },
  refusedConnections: 0,
};

test("the page of metrics names each with its unit", () => {
  const page = readFileSync(join(__dirname, "../../../docs/reference/metrics.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([^`]+)` +\| \w+ +\| `([^`]+)`/gm)];
  expect(rows.map(([, name, unit]) => `${name} ${unit}`).sort()).toEqual(askedFor());
});

test("the guide names each attribute that a span may have", () => {
  const guide = readFileSync(join(__dirname, "../../../docs/guide/telemetry.md"), "utf8");
  const source = join(__dirname, "../src");
  const code = readdirSync(source)
    .filter((file) => file.endsWith("telemetry.ts") || file === "attributes.ts")
    .map((file) => readFileSync(join(source, file), "utf8"))
    .join("\n");
  const names = [...code.matchAll(/"((?:rpc|server|thrice)\.[\w.]+\w)"/g)].map(
    ([, name]) => name ?? "",
  );
  const spoken = names.filter((name) => !name.endsWith(".duration"));
  expect(spoken.length).toBeGreaterThan(0);
  const missing = spoken.filter(
    (name) => !guide.includes(`${name}\``) && !guide.includes(`.${name.split(".").at(-1)}\``),
  );
  expect(missing).toEqual([]);
});
