export default {
  // A guard against what hangs, not a measure of speed: a busy machine may take ten times as long as a quiet one.
  testTimeout: 30_000,
  projects: ["<rootDir>/packages/*", "<rootDir>/samples/*", "<rootDir>/tools", "<rootDir>/bench"],
  reporters: ["default", "<rootDir>/tools/tally-reporter.mjs"],
  collectCoverageFrom: ["packages/*/src/**/*.ts", "!**/*.test.ts", "!**/gen/**"],
  coverageReporters: ["text"],
};
