import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buf, bufConfig, caseFolder, workspace } from "./support/cases.js";

describe("buf generate", () => {
  let out: string;

  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "thrice-codegen-"));
  });

  afterEach(() => {
    rmSync(out, { recursive: true });
  });

  test.each([{ file: "kinds_thrice.ts" }, { file: "kinds_pb.ts" }])(
    "writes the expected $file from source, beside protoc-gen-es",
    ({ file }) => {
      generate("kinds", out);
      const expected = join(caseFolder("kinds"), "gen", file);
      expect(readFileSync(join(out, file), "utf8")).toBe(readFileSync(expected, "utf8"));
    },
  );

  test("tells what is wrong with a name, without a stack", () => {
    expect(() => generate("refused", out)).toThrow(
      /protoc-gen-thrice: refused\.proto: rpc refused\.UserService\.GetUser and rpc (?!.*\n *at )/,
    );
  });

  test("makes JavaScript that loads", () => {
    const file = join(caseFolder("javascript"), "gen/talk_thrice.js");
    const code = `console.log(Object.keys(await import(${JSON.stringify(file)})).join())`;
    const flags = ["--conditions=@thrice/source", "--import", "tsx", "--input-type=module"];
    const printed = execFileSync(node, [...flags, "-e", code], {
      cwd: workspace,
      encoding: "utf8",
    });
    expect(printed).toBe("newTalkService,registerTalkServiceHandler\n");
  });
});

const node = join(workspace, "node_modules/.bin/node");

/** The plugins as the buf.gen.yaml of the workspace names them. */
function generate(name: string, out: string): void {
  const opt = ["target=ts", "import_extension=js"];
  const thrice = [node, "--import", "tsx", "packages/codegen/src/main.ts"];
  const plugins = [
    { local: "node_modules/.bin/protoc-gen-es", out, opt },
    { local: thrice, out, opt },
  ];
  const template = JSON.stringify({ version: "v2", plugins });
  buf("generate", caseFolder(name), "--config", bufConfig, "--template", template);
}
