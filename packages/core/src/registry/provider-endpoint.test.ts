import { advertisedByProvider, endpointFromProvider } from "./provider-endpoint.js";

function address(params: Record<string, string>) {
  return { host: "a", port: 1, params };
}

describe("endpointFromProvider", () => {
  test("takes weight and zone from the parameters", () => {
    const params = { weight: "7.5", zone: "north", other: "x" };
    expect(endpointFromProvider(address(params))).toEqual({
      ok: true,
      endpoint: { id: "a:1", address: address(params), weight: 7.5, zone: "north" },
    });
  });

  test("takes the weight 0 of Dubbo-go for none, and that of others for what it says", () => {
    const weightOf = (params: Record<string, string>) => endpointFromProvider(address(params));
    expect(weightOf({ weight: "0", release: "dubbo-golang-3.3.2" })).toMatchObject({
      endpoint: { weight: 100 },
    });
    expect(weightOf({ weight: "0" })).toMatchObject({ endpoint: { weight: 0 } });
  });

  test.each([{ weight: "-1" }, { weight: "" }, { weight: "1e3" }, { weight: "1000001" }])(
    "refuses the weight '$weight', and says why",
    (params) => {
      const entry = endpointFromProvider(address(params));
      expect(entry).toMatchObject({ ok: false, reason: expect.stringContaining(params.weight) });
    },
  );
});

describe("advertisedByProvider", () => {
  test.each([
    {
      title: "for all methods",
      params: { retries: "1", timeout: "50" },
      says: { retries: 1, attemptTimeoutMs: 50 },
    },
    {
      title: "for one method, as Go writes it",
      params: { "methods.Greet.retries": "0", "methods.Greet.timeout": "9" },
      says: { methods: { Greet: { retries: 0, attemptTimeoutMs: 9 } } },
    },
    {
      title: "for one method, as Java writes it",
      params: { "greet.retries": "3", "application.name": "x" },
      says: { methods: { greet: { retries: 3 } } },
    },
    {
      title: "nothing where there is no such number",
      params: { retries: "1.5", timeout: "soon" },
      says: {},
    },
    { title: "nothing out of range", params: { retries: "101", timeout: "2147483648" }, says: {} },
  ])("reads what is said $title", ({ params, says }) => {
    expect(advertisedByProvider(address(params as Record<string, string>))).toEqual(says);
  });

  test("gives the same object for the same address", () => {
    const one = address({ retries: "1" });
    expect(advertisedByProvider(one)).toBe(advertisedByProvider(one));
  });
});
