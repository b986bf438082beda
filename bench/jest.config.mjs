import preset from "../jest.preset.mjs";

export default {
  ...preset,
  displayName: "bench",
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/{src,processes,scenarios,soak}/**/*.test.ts"],
};
