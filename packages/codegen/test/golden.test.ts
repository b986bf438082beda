import { readdirSync } from "node:fs";
import { caseFolder, expectedOutput, goldenCases, runPlugin } from "./support/cases.js";

describe("generated files", () => {
  test.each(goldenCases)("of $name are the expected ones", ({ name, parameter }) => {
    expect(runPlugin(name, parameter)).toEqual(expectedOutput(name));
  });

  test("are expected of every folder of testdata but the refused one", () => {
    const folders = readdirSync(caseFolder("."), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "refused")
      .map((entry) => entry.name);
    expect(folders.sort()).toEqual(goldenCases.map(({ name }) => name).sort());
  });

  test("are none for a file without services, unless empty ones are kept", () => {
    expect(runPlugin("no-services", "target=ts")).toEqual({});
    expect(Object.keys(runPlugin("no-services", "keep_empty_files=true"))).toEqual([
      "messages_thrice.ts",
    ]);
  });
});
