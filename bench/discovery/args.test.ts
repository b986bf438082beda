import { parseDiscoveryArgs } from "./args.js";

test("nothing on the command line means 1 000 providers and 50 consumers on one etcd", () => {
  expect(parseDiscoveryArgs([])).toMatchObject({
    engines: ["etcd"],
    providers: 1_000,
    consumers: 50,
    leaseSeconds: 10,
  });
});

test("what is said wins over --quick, in any order", () => {
  expect(parseDiscoveryArgs(["--rounds", "60", "--quick", "--engine", "both"])).toMatchObject({
    engines: ["etcd", "zookeeper"],
    rounds: 60,
    providers: 100,
  });
});

test.each([
  {
    argv: ["--engine", "consul"],
    message: '--engine must be etcd, zookeeper or both, got "consul"',
  },
  { argv: ["--providers", "0"], message: "--providers must be a whole number from 1 to 20000" },
  { argv: ["--lease", "soon"], message: '--lease must be a whole number from 2 to 20, got "soon"' },
  { argv: ["--loud"], message: "Unknown option '--loud'" },
])("$argv is refused: $message", ({ argv, message }) => {
  expect(() => parseDiscoveryArgs(argv)).toThrow(message);
});
