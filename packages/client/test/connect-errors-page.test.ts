/** The page docs/reference/errors.md lists what this side says of a peer with which it cannot speak TLS. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
const section = /## Why there is no connection\n(.*?)\n## /s.exec(page)?.[1] ?? "";
const source = readFileSync(join(root, "packages/protocol/src/tls/explain-tls-error.ts"), "utf8");
const texts = [...source.matchAll(/"(the peer[^"]+)"/g)].map(([, text = ""]) => text);

test.each(texts)("the page of errors lists '%s'", (text) => {
  const named = text.replace("the peer's certificate is not valid yet", "… is not valid yet");
  expect(section).toContain(`\`${named}\``);
});

test("the source is read at all", () => {
  expect(texts.length).toBeGreaterThan(6);
});
