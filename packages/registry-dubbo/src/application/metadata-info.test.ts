import type { Provider } from "@thrice/core";
import { formatMetadata, metadataFrom, readMetadata } from "./metadata-info.js";

const greeter: Provider = {
  service: "greet.GreetService",
  group: "blue",
  version: "2.0",
  methods: ["GreetRetry", "Greet"],
  address: { host: "10.0.0.1", port: 20_000, params: { weight: "50", timestamp: "1700000000000" } },
};
const other: Provider = {
  service: "other.Other",
  group: "",
  version: "",
  methods: [],
  address: { host: "10.0.0.1", port: 20_000, params: {} },
};

describe("the metadata of an application", () => {
  test("has the revision that Dubbo-go 3.3.2 counts for the same services, in any order", () => {
    const revision =
      "9c9a1c17d2c9d2eba159967d5894cdb1586e04433553ea0a961f1ddac79616b1980aefc20781948a3092869e0852946c17b2353934ebe87972b45d3461530ad6";
    expect(metadataFrom("shop", [greeter, other]).revision).toBe(revision);
    expect(metadataFrom("shop", [other, greeter]).revision).toBe(revision);
    expect(metadataFrom("shop", []).revision).toBe("0");
  });

  test("is the same for two processes that began at different times", () => {
    const { params, ...place } = greeter.address;
    const later = { ...greeter, address: { ...place, params: { ...params, timestamp: "2" } } };
    expect(metadataFrom("shop", [later])).toEqual(metadataFrom("shop", [greeter]));
  });

  test("reads as it was written", () => {
    const info = metadataFrom("shop", [greeter, other]);
    expect(readMetadata(formatMetadata(info, 7))).toEqual(info);
    expect(JSON.parse(formatMetadata(info, 7))).toMatchObject({ lastUpdatedTime: 7 });
  });

  test("names services by key and protocol, whoever wrote it, and passes by what is none", () => {
    const services = {
      any: { name: "s.S", version: "0.0.0", protocol: "tri", params: { methods: "a,b", port: 1 } },
      none: { group: "g" },
      neither: 7,
    };
    expect(readMetadata(JSON.stringify({ app: "a", revision: "r", services }))).toEqual({
      app: "a",
      revision: "r",
      services: {
        "s.S:tri": {
          name: "s.S",
          group: "",
          version: "0.0.0",
          protocol: "tri",
          port: 0,
          path: "s.S",
          params: { methods: "a,b", port: "1" },
        },
      },
    });
  });

  test.each(["", "7", "{}", '{"services":[]}'])("is none in '%s'", (text) => {
    expect(readMetadata(text)).toBeUndefined();
  });
});
