import { dubboNameFromConsumer, dubboNameFromProvider, readDubboName } from "./dubbo-url.js";
import type { Provider } from "./registry.js";

const provider: Provider = {
  service: "greet.GreetService",
  group: "blue",
  version: "2.0",
  methods: ["Greet", "GreetRetry"],
  address: { host: "10.0.0.1", port: 20_000, params: { weight: "50", note: "a&b=c d/é?%41+;," } },
};

describe("names of providers, as Dubbo writes them", () => {
  test("are a URL with sorted parameters, escaped as a whole", () => {
    const address = { ...provider.address, params: { weight: "50" } };
    expect(dubboNameFromProvider({ ...provider, address }, "shop")).toBe(
      "tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService%3Fapplication%3Dshop%26category%3Dproviders%26dubbo%3D2.0.2" +
        "%26group%3Dblue%26interface%3Dgreet.GreetService%26methods%3DGreet%2CGreetRetry%26serialization%3Dprotobuf" +
        "%26side%3Dprovider%26version%3D2.0%26weight%3D50",
    );
  });

  test("leave out what is empty", () => {
    const bare = { ...provider, group: "", version: "", methods: [] };
    expect(decodeURIComponent(dubboNameFromProvider(bare))).not.toMatch(
      /group|version|methods|application/,
    );
  });

  test("read as they were written, whatever letters they have", () => {
    const entry = readDubboName(dubboNameFromProvider(provider));
    expect(entry).toMatchObject({ kind: "provider", provider });
  });

  test.each([
    {
      writer: "Go",
      name: "tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService%3Fapplication%3Ddubbo.io%26interface%3Dgreet.GreetService%26methods%3DGreet%252CGreetRetry%26release%3Ddubbo-golang-3.3.2%26timestamp%3D1700000000%26weight%3D7",
      reads: { timestamp: "1700000000", weight: "7" },
    },
    {
      writer: "the registry of Dubbo-go 3.3.2",
      name: "tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService%3Fanyhost%3Dtrue%26category%3Dproviders%26interface%3Dgreet.GreetService%26methods%3DGreet%2CGreetRetry%26methods%3DGreet%2CGreetRetry%26registry.role%3D3%26side%3Dprovider%26timestamp%3D1700000000%26weight%3D7",
      reads: { "registry.role": "3", weight: "7" },
    },
    {
      writer: "Java",
      name: "tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService%3Fanyhost%3Dtrue%26interface%3Dgreet.GreetService%26methods%3DGreet%2CGreetRetry%26side%3Dprovider%26timestamp%3D1700000000000%26version%3D0.0.0",
      reads: { anyhost: "true", timestamp: "1700000000000" },
    },
    {
      writer: "Java on a port of several protocols",
      name: "dubbo%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService%3Fext.protocol%3Dtri%26methods%3DGreet%2CGreetRetry",
      reads: { "ext.protocol": "tri" },
    },
  ])("read as $writer writes them", ({ name, reads }) => {
    expect(readDubboName(name)).toMatchObject({
      kind: "provider",
      provider: {
        service: "greet.GreetService",
        group: "",
        version: "",
        methods: ["Greet", "GreetRetry"],
        address: { host: "10.0.0.1", port: 20_000, params: reads },
      },
    });
  });

  test("may have an IPv6 host and a user", () => {
    expect(readDubboName("tri://user:secret@[FD00::1]:1/s.S")).toMatchObject({
      provider: { service: "s.S", address: { host: "fd00::1", port: 1 } },
    });
  });

  test.each([
    { name: "dubbo://h:1/s.S", reason: "its protocol is dubbo" },
    { name: "tri://h:1/s.S?disabled=true", reason: "it is disabled" },
    { name: "tri://h:1/s.S?enabled=false", reason: "it is disabled" },
  ])("are for others: $name", ({ name, reason }) => {
    expect(readDubboName(name)).toEqual({ kind: "other", reason });
  });

  test.each([
    { name: "", reason: "it is no URL" },
    { name: "%zz", reason: "its escapes" },
    { name: "tri://h:1/s?a=%25zz", reason: "the escapes of its parameters" },
    { name: "tri://h/s", reason: "it is no URL" },
    { name: "tri://0.0.0.0:1/s", reason: "nobody can connect to host 0.0.0.0" },
    { name: "tri://h:0/s", reason: "port 0 is not from 1" },
    { name: "tri://h:70000/s", reason: "port 70000 is not from 1" },
  ])("are malformed: '$name'", ({ name, reason }) => {
    expect(readDubboName(name)).toMatchObject({
      kind: "malformed",
      reason: expect.stringContaining(reason),
    });
  });

  test("cannot change what every object inherits", () => {
    const entry = readDubboName("tri://h:1/s?__proto__=x&a=b");
    expect(entry).toMatchObject({ provider: { address: { params: { a: "b" } } } });
  });
});

test("names of consumers say who looks for what", () => {
  const consumer = { host: "fd00::1", application: "desk", timestamp: 7 };
  const name = dubboNameFromConsumer({ service: "s.S", group: "", version: "2" }, consumer);
  expect(decodeURIComponent(name)).toBe(
    "consumer://[fd00::1]/s.S?application=desk&category=consumers&dubbo=2.0.2&interface=s.S&protocol=tri" +
      "&side=consumer&timestamp=7&version=2",
  );
  expect(readDubboName(name).kind).not.toBe("provider");
});
