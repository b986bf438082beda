import { awaiter } from "../testing/await-update.js";
import { staticRegistry } from "./static-registry.js";

describe("a static list as registry", () => {
  test("has addresses by service, group and version, and those of the star for the others", async () => {
    const registry = staticRegistry({
      "blue/s.S:2": ["tri://a:1?weight=5"],
      "s.S": [],
      "*": "b:1",
    });
    const idsOf = async (service: string, group = "", version = "") => {
      const { until } = awaiter(registry, { service, group, version });
      return (await until(({ state }) => state === "live")).endpoints.map(({ id }) => id);
    };
    expect(await idsOf("s.S", "blue", "2")).toEqual(["a:1"]);
    expect(await idsOf("s.S")).toEqual([]);
    expect(await idsOf("s.S", "red")).toEqual(["b:1"]);
    await registry.close();
  });

  test.each([
    { title: "a text", services: "a:1", says: "services must be addresses by service, got 'a:1'" },
    {
      title: "a wrong address",
      services: { s: "http://a:1" },
      says: "services['s']: url has the unknown scheme",
    },
    {
      title: "a wrong port",
      services: { s: ["a:0"] },
      says: "services['s']: port of url 'a:0' must be",
    },
    {
      title: "a wrong weight",
      services: { s: "a:1?weight=x" },
      says: "services['s']: weight \"x\" is no number",
    },
    { title: "a number", services: { s: 1 }, says: "services['s']: url must be text" },
  ])("refuses $title", ({ services, says }) => {
    expect(() => staticRegistry(services as never)).toThrow(says);
  });
});
