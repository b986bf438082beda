import { protocGenThrice } from "../src/plugin.js";
import { requestOf, runPlugin } from "./support/cases.js";

describe("protoc-gen-thrice", () => {
  test.each([
    { parameter: "", files: ["kinds_thrice.ts"] },
    { parameter: "import_extension=js", files: ["kinds_thrice.ts"] },
    { parameter: "target=ts", files: ["kinds_thrice.ts"] },
    { parameter: "target=js", files: ["kinds_thrice.js"] },
    { parameter: "target=dts", files: ["kinds_thrice.d.ts"] },
    { parameter: "target=js+dts", files: ["kinds_thrice.js", "kinds_thrice.d.ts"] },
  ])('writes $files with the options "$parameter"', ({ parameter, files }) => {
    expect(Object.keys(runPlugin("kinds", parameter)).sort()).toEqual([...files].sort());
  });

  test.each([
    { parameter: "", path: '"./kinds_pb"' },
    { parameter: "import_extension=none", path: '"./kinds_pb"' },
    { parameter: "import_extension=js", path: '"./kinds_pb.js"' },
    { parameter: "import_extension=ts", path: '"./kinds_pb.ts"' },
    { parameter: "rewrite_imports=./kinds_pb.js:@acme/kinds", path: '"@acme/kinds/kinds_pb.js"' },
  ])('imports from $path with the options "$parameter"', ({ parameter, path }) => {
    expect(runPlugin("kinds", parameter)["kinds_thrice.ts"]).toContain(
      `import { EchoService, EmptyService, TalkService } from ${path};`,
    );
  });

  test("imports nothing but protobuf-es, the contract and the messages", () => {
    const [file = ""] = Object.values(runPlugin("imports", "import_extension=js"));
    const sources = [...file.matchAll(/from "([^"]+)";/g)].map(([, source]) => source);
    expect([...new Set(sources)].sort()).toEqual([
      "../../shared/legacy/money_pb.js",
      "../../shared/money/money_pb.js",
      "./shop_pb.js",
      "@bufbuild/protobuf",
      "@bufbuild/protobuf/wkt",
      "@thrice/core/codegen-v1",
    ]);
  });

  test("writes CommonJS when asked to", () => {
    const files = runPlugin("javascript", "target=js,js_import_style=legacy_commonjs");
    expect(files["talk_thrice.js"]).toContain('require("@thrice/core/codegen-v1")');
  });

  test.each([
    {
      parameter: "targt=ts",
      message:
        'invalid option "targt=ts": unknown to protoc-gen-thrice; known: target, import_extension, ' +
        "js_import_style, keep_empty_files, ts_nocheck, elide_plugin_version, rewrite_imports, map_imports",
    },
    { parameter: "target=rust", message: 'invalid option "target=rust"' },
    { parameter: "import_extension=mjs", message: 'invalid option "import_extension=mjs"' },
  ])('refuses the option "$parameter"', ({ parameter, message }) => {
    expect(() => protocGenThrice.run(requestOf("kinds", parameter))).toThrow(new Error(message));
  });

  test("refuses method names that an object cannot hold, all at once", () => {
    expect(() => runPlugin("refused", "target=ts")).toThrow(
      new Error(
        [
          'refused.proto: rpc refused.UserService.GetUser and rpc refused.UserService.getUser would both be named "getUser" in TypeScript; rename one of them',
          'refused.proto: rpc refused.UserService.Constructor and rpc refused.UserService.constructor would both be named "constructor$" in TypeScript; rename one of them',
          "refused.proto: rpc refused.ProtoService.__proto__ cannot be a method of a JavaScript object; rename it",
        ].join("\n"),
      ),
    );
  });
});
