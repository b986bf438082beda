/** The page docs/reference/errors.md lists the errors that this side concludes: neither fewer nor more than there are. */
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const connect = dirname(createRequire(__filename).resolve("@connectrpc/connect"));

const ours = globSync("packages/{cluster,protocol,client}/src/**/*.ts", { cwd: root })
  .filter(
    (file) =>
      !/\.test\.ts$|\/testing\/|\/simulator\/|\/router\/|\/server\/|\/server-|-parse\.ts$/.test(
        file,
      ),
  )
  .map((file) => withoutComments(readFileSync(join(root, file), "utf8")));
/** What a server refuses, which callers see as its answer. */
const limits = globSync("packages/server/src/limits/*.ts", { cwd: root }).map((file) =>
  withoutComments(readFileSync(join(root, file), "utf8")),
);
const connects = globSync("protocol{,-grpc}/*.js", { cwd: connect }).map((file) =>
  readFileSync(join(connect, file), "utf8"),
);

const page = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
const section = /## Codes that Thrice concludes itself\n(.*?)\n## /s.exec(page)?.[1] ?? "";
const rows = section
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, code]) => code?.startsWith("`"));
const listed = rows.flatMap(([, , , texts = ""]) => codeSpans(texts));

describe("the page of errors", () => {
  test.each(ours.flatMap(textsOfErrors))("lists the error '%s'", (text) => {
    expect(listed.filter((begin) => text.startsWith(begin))).not.toEqual([]);
  });

  test.each(listed)("lists no error that does not exist: '%s'", (begin) => {
    const texts = [...ours, ...limits, ...connects].flatMap(proseIn);
    expect(texts.filter((text) => text.startsWith(begin))).not.toEqual([]);
  });

  test("is read at all", () => {
    expect(ours.flatMap(textsOfErrors).length).toBeGreaterThan(15);
    expect(listed.length).toBeGreaterThan(15);
  });
});

/** What is handed to the constructors of errors, by the hand of a function with a parameter `text` too. */
function textsOfErrors(source: string): string[] {
  const helpers = [...source.matchAll(/(#?\w+)\([^()]*\btext: string/g)].map(([, name]) => name);
  const makers = ["new ConnectError", "new WireError", ...helpers].join("|");
  const calls = [...source.matchAll(new RegExp(`(?:${makers})\\(`, "g"))];
  const made = calls.map(({ 0: { length }, index }) => argumentsAt(source, index + length));
  const assigned = calls.length === 0 ? [] : (source.match(/\btext =[^;]*;/g) ?? []);
  // What only adds the history of the call begins with another error's text.
  return [...made, ...assigned].flatMap(proseIn).filter((text) => !text.startsWith("… ("));
}

/** The source from behind an opening bracket up to the one that closes it. */
function argumentsAt(source: string, start: number): string {
  let end = start;
  for (let depth = 1; depth > 0 && end < source.length; end++) {
    depth += Number(source[end] === "(") - Number(source[end] === ")");
  }
  return source.slice(start, end - 1);
}

/** String literals of several words; what is set in shows as "…". */
function proseIn(source: string): string[] {
  const literals = source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
  return [...literals]
    .map(([, plain, template = ""]) => plain ?? template.replaceAll(/\$\{[^}]*\}/g, "…"))
    .filter((text) => text.includes(" "));
}

function codeSpans(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}
