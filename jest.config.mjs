export default {
  projects: ["<rootDir>/packages/*", "<rootDir>/samples/*", "<rootDir>/tools", "<rootDir>/bench"],
  reporters: ["default", "<rootDir>/tools/tally-reporter.mjs"],
  collectCoverageFrom: ["packages/*/src/**/*.ts", "!**/*.test.ts", "!**/gen/**"],
  coverageReporters: ["text"],
};
