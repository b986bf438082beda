/** Shared by every package: sources run directly, types are checked by tsc. */
export default {
  testEnvironment: "node",
  testEnvironmentOptions: {
    customExportConditions: ["@thrice/source", "node", "require", "default"],
  },
  testMatch: ["<rootDir>/{src,test}/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "\\.types\\.test\\.ts$"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
};
