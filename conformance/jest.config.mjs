import preset from "../jest.preset.mjs";

/** Not part of `pnpm test`: the tests need programs that Node.js does not bring. */
export default {
  ...preset,
  displayName: "conformance",
  rootDir: import.meta.dirname,
  testTimeout: 60_000,
  reporters: ["default", "<rootDir>/../tools/tally-reporter.mjs"],
};
