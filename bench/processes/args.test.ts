import { parseScenarioArgs } from "./args.js";

test("nothing on the command line means faults of 6 s and everything", () => {
  expect(parseScenarioArgs([])).toMatchObject({
    faultSeconds: 6,
    downSeconds: 5,
    outageSeconds: 30,
    cancelledCalls: 100_000,
    only: /(?:)/,
  });
});

test("what is said wins over --quick, in any order", () => {
  expect(parseScenarioArgs(["--down", "60", "--quick"])).toMatchObject({
    downSeconds: 60,
    faultSeconds: 3,
  });
});

test.each([
  { argv: ["--seconds", "0"], message: '--seconds must be a number from 1 to 600, got "0"' },
  { argv: ["--down", "soon"], message: '--down must be a number from 0.1 to 600, got "soon"' },
  { argv: ["--outage", ""], message: '--outage must be a number from 1 to 600, got ""' },
  { argv: ["--cancelled", "1000.5"], message: "--cancelled must be a whole number, got 1000.5" },
  { argv: ["--only", "("], message: "Invalid regular expression" },
  { argv: ["--loud"], message: "Unknown option '--loud'" },
])("$argv is refused: $message", ({ argv, message }) => {
  expect(() => parseScenarioArgs(argv)).toThrow(message);
});
