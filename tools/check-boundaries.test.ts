import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "thrice-boundaries-"));
  write("tools/boundaries.json", JSON.stringify({ core: [], client: ["core"] }));
  for (const name of ["core", "client"]) {
    write(
      `packages/${name}/package.json`,
      JSON.stringify({ dependencies: { "@thrice/core": "*" } }),
    );
    write(`packages/${name}/src/index.ts`, "");
  }
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function checkBoundaries() {
  const script = join(import.meta.dirname, "check-boundaries.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  return { status, problems: stderr.trim() };
}

describe("check-boundaries", () => {
  test.each([
    { code: 'import { a } from "@thrice/core";' },
    { code: 'import type { A } from "@thrice/core";' },
    { code: 'export { a } from "@thrice/core";' },
    { code: 'const a = await import("@thrice/core");' },
    { code: 'import { sep } from "node:path";' },
    { code: 'file.import("Client", "@thrice/client");' },
    { code: '// import "@thrice/client";' },
  ])("takes $code", ({ code }) => {
    write("packages/client/src/a.ts", code);
    expect(checkBoundaries()).toEqual({ status: 0, problems: "" });
  });

  test.each([
    { code: 'import { a } from "@thrice/client";' },
    { code: 'import {\n  a,\n} from "@thrice/client";' },
    { code: 'import type { A } from "@thrice/client";' },
    { code: 'export { a } from "@thrice/client";' },
    { code: 'import "@thrice/client";' },
    { code: 'const a = await import("@thrice/client");' },
    { code: 'const a = await import(\n  "@thrice/client"\n);' },
    { code: 'let a: import("@thrice/client").A;' },
  ])("refuses a package that is not granted: $code", ({ code }) => {
    write("packages/core/src/a.ts", code);
    const { status, problems } = checkBoundaries();
    expect(status).toBe(1);
    expect(problems).toContain("packages/core/src/a.ts: core may not import client");
  });

  test.each(["@thrice/core", "./b.js", "node:path"])("refuses %s for a side effect", (spec) => {
    write("packages/client/src/a.ts", `import "${spec}";`);
    write("packages/client/src/b.ts", "");
    const problems = `packages/client/src/a.ts: imports ${spec} for a side effect`;
    expect(checkBoundaries()).toEqual({ status: 1, problems });
  });

  test("refuses a ring of files", () => {
    write("packages/core/src/a.ts", 'import { b } from "./b.js";');
    write("packages/core/src/b.ts", 'export { a } from "./a.js";');
    expect(checkBoundaries().problems).toMatch(/^ring: .*a\.ts.*b\.ts/);
  });

  test("takes a ring that exists for types only", () => {
    write("packages/core/src/a.ts", 'import type { B } from "./b.js";');
    write("packages/core/src/b.ts", 'import { a } from "./a.js";');
    expect(checkBoundaries().status).toBe(0);
  });
});
