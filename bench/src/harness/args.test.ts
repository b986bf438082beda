import { parseBenchArgs } from "./args.js";

describe("parseBenchArgs", () => {
  test("runs everything in three rounds of two seconds unless told otherwise", () => {
    expect(parseBenchArgs([])).toEqual({
      json: false,
      quick: false,
      only: /(?:)/,
      rounds: 3,
      seconds: 2,
      maxWarmUpSeconds: 15,
      leakCalls: 20_000,
    });
  });

  test("takes one short round with --quick, and longer ones on top of it", () => {
    expect(parseBenchArgs(["--quick"])).toMatchObject({ quick: true, rounds: 1, seconds: 0.4 });
    expect(parseBenchArgs(["--quick", "--seconds", "5"])).toMatchObject({ rounds: 1, seconds: 5 });
  });

  test("passes over the dashes that pnpm hands on", () => {
    expect(parseBenchArgs(["--", "--json"])).toMatchObject({ json: true });
  });

  test.each([
    { argv: ["--rounds", "0"], text: "--rounds must be a number from 1 to 100, got 0" },
    { argv: ["--seconds", "two"], text: "--seconds must be a number from 0.1 to 600, got two" },
    {
      argv: ["--leak-calls", ""],
      text: "--leak-calls must be a number from 1000 to 10000000, got ",
    },
    { argv: ["--only", "("], text: "Invalid regular expression: /(/: Unterminated group" },
    { argv: ["--fast"], text: /Unknown option '--fast'/ },
    { argv: ["unary"], text: /Unexpected argument 'unary'/ },
  ])("refuses $argv", ({ argv, text }) => {
    expect(() => parseBenchArgs(argv)).toThrow(text);
  });
});
