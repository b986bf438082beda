import { parseAddresses } from "@thrice/core";
import { createStaticDirectory } from "./static-directory.js";

const directoryOf = (url: string) => createStaticDirectory(parseAddresses(url));
const endpointsOf = (url: string) => directoryOf(url).snapshot().endpoints;

describe("createStaticDirectory", () => {
  test("makes an endpoint of each address, in order", () => {
    const endpoints = endpointsOf("tri://10.0.0.1:1;[::1]:2;host");
    expect(endpoints.map(({ id }) => id)).toEqual(["10.0.0.1:1", "[::1]:2", "host:50051"]);
  });

  test("keeps the address in the endpoint", () => {
    const [address] = parseAddresses("host:7?weight=5&zone=east");
    expect(endpointsOf("host:7?weight=5&zone=east")).toEqual([
      { id: "host:7", address, weight: 5, zone: "east" },
    ]);
  });

  test.each([
    { query: "", weight: 100, zone: "" },
    { query: "?weight=0", weight: 0, zone: "" },
    { query: "?weight=0.5", weight: 0.5, zone: "" },
    { query: "?weight=1000000&zone=b", weight: 1_000_000, zone: "b" },
    { query: "?zone=", weight: 100, zone: "" },
    { query: "?other=1", weight: 100, zone: "" },
  ])("reads weight $weight and zone '$zone' from '$query'", ({ query, weight, zone }) => {
    expect(endpointsOf(`a:1${query}`)).toMatchObject([{ weight, zone }]);
  });

  test("counts an address that stands twice once, as it stands first", () => {
    expect(endpointsOf("a:1?weight=5;b:1;tri://a:1/path?weight=7")).toMatchObject([
      { id: "a:1", weight: 5 },
      { id: "b:1", weight: 100 },
    ]);
  });

  test("takes 200 000 addresses, of which the first that advertises something counts", () => {
    const urls = Array.from({ length: 200_000 }, (_, at) => `tri://host-${at}:1`);
    const addresses = parseAddresses([...urls, "last:1?retries=3", "last:2?retries=4"]);
    const { endpoints, advertised } = createStaticDirectory(addresses).snapshot();
    expect([endpoints.length, endpoints[199_999]?.id]).toEqual([200_002, "host-199999:1"]);
    expect(advertised).toEqual({ retries: 3 });
  });

  test("takes an empty list", () => {
    expect(createStaticDirectory([]).snapshot()).toEqual({ endpoints: [], advertised: {} });
  });

  test.each([
    { name: "nothing", url: "a:1?weight=5", advertised: {} },
    { name: "retries", url: "a:1?retries=5", advertised: { retries: 5 } },
    { name: "an explicit 0", url: "a:1?retries=0", advertised: { retries: 0 } },
    { name: "the most", url: "a:1?retries=100", advertised: { retries: 100 } },
    { name: "a timeout", url: "a:1?timeout=1500", advertised: { attemptTimeoutMs: 1_500 } },
    { name: "no timeout", url: "a:1?timeout=0", advertised: { attemptTimeoutMs: 0 } },
    { name: "a fraction", url: "a:1?timeout=0.5", advertised: { attemptTimeoutMs: 0.5 } },
    {
      name: "the longest timeout",
      url: "a:1?timeout=2147483647",
      advertised: { attemptTimeoutMs: 2_147_483_647 },
    },
    { name: "the first of two", url: "a:1?retries=1;b:1?retries=2", advertised: { retries: 1 } },
    {
      name: "the first of each",
      url: "a:1;b:1?timeout=7;c:1?retries=4&timeout=9",
      advertised: { retries: 4, attemptTimeoutMs: 7 },
    },
    { name: "a duplicate's word", url: "a:1;a:1?retries=4", advertised: { retries: 4 } },
  ])("tells what providers advertise: $name", ({ url, advertised }) => {
    expect(directoryOf(url).snapshot().advertised).toEqual(advertised);
  });

  test.each([
    { query: "weight=-1", text: "weight of a:1 must be a number from 0 to 1000000, got '-1'" },
    {
      query: "weight=1000001",
      text: "weight of a:1 must be a number from 0 to 1000000, got 1000001",
    },
    { query: "weight=", text: "weight of a:1 must be a number from 0 to 1000000, got ''" },
    {
      query: "weight=heavy",
      text: "weight of a:1 must be a number from 0 to 1000000, got 'heavy'",
    },
    { query: "weight=1e3", text: "weight of a:1 must be a number from 0 to 1000000, got '1e3'" },
    { query: "weight=Infinity", text: "got 'Infinity'" },
    { query: "weight=NaN", text: "got 'NaN'" },
    { query: "retries=1.5", text: "retries of a:1 must be a whole number from 0 to 100, got 1.5" },
    { query: "retries=101", text: "retries of a:1 must be a whole number from 0 to 100, got 101" },
    { query: "retries=-1", text: "retries of a:1 must be a whole number from 0 to 100, got '-1'" },
    { query: "timeout=3s", text: "timeout of a:1 must be a number from 0 to 2147483647, got '3s'" },
    { query: "timeout=2147483648", text: "got 2147483648" },
  ])("refuses $query, naming the address, the bound and the value", ({ query, text }) => {
    const make = () => directoryOf(`b:1;a:1?${query}`);
    expect(make).toThrow(RangeError);
    expect(make).toThrow(text);
  });

  test("refuses a bad value also in an address that stands twice", () => {
    expect(() => directoryOf("a:1;a:1?weight=x")).toThrow("weight of a:1");
  });

  test("gives the same frozen snapshot each time", () => {
    const directory = directoryOf("a:1?retries=1");
    const snapshot = directory.snapshot();
    expect(directory.snapshot()).toBe(snapshot);
    expect(Object.isFrozen(snapshot)).toBe(true);
    expect(Object.isFrozen(snapshot.endpoints)).toBe(true);
    expect(Object.isFrozen(snapshot.endpoints[0])).toBe(true);
    expect(Object.isFrozen(snapshot.advertised)).toBe(true);
  });
});
