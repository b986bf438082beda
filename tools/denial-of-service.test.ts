/** docs/reference/denial-of-service.md says what is so: its tests are there, and its defaults are those of the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultHttp2Options } from "../packages/http2/src/http2-options.js";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/reference/denial-of-service.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\| (class|-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()));

test.each(rows.map((cells) => ({ attack: cells[1], cell: cells[5] })))(
  "the tests named for $attack are in their files",
  ({ cell }) => {
    const parts = Array.from(String(cell).matchAll(/`([^`]+)` ("[^`]+")/g));
    expect(parts).not.toEqual([]);
    for (const [, file, list] of parts) {
      const source = readFileSync(join(root, String(file)), "utf8");
      for (const [, title] of String(list).matchAll(/"([^"]+)"/g)) {
        expect(source).toContain(`"${title}"`);
      }
    }
  },
);

test("the test of a whole server is in its file", () => {
  const [, file, title] = /`(conformance\/[^`]+)` "([^"]+)"/.exec(page) ?? [];
  expect(readFileSync(join(root, String(file)), "utf8")).toContain(`"${title}"`);
});

test("options of HTTP/2 are named with their defaults", () => {
  const named = Array.from(page.matchAll(/`(\w+)` \((\d[\d ]*)\)/g), ([, name, value]) => ({
    name: String(name),
    value: Number(String(value).replaceAll(" ", "")),
  }));
  expect(named.length).toBeGreaterThan(15);
  const defaults = defaultHttp2Options as unknown as Readonly<Record<string, unknown>>;
  expect(named).toEqual(named.map(({ name }) => ({ name, value: defaults[name] })));
});
