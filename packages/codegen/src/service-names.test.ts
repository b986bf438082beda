import { create, createFileRegistry, type DescFile } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { serviceNames } from "./service-names.js";

describe("serviceNames", () => {
  test("names the four exports of a service", () => {
    expect([...serviceNames(fileWith(["GreetService"])).values()]).toEqual([
      {
        client: "GreetServiceClient",
        newClient: "newGreetService",
        handler: "GreetServiceHandler",
        registerHandler: "registerGreetServiceHandler",
      },
    ]);
  });

  test("ends all four in the same mark when a name is taken", () => {
    expect([...serviceNames(fileWith(["Foo", "foo"])).values()][1]).toEqual({
      client: "FooClient$",
      newClient: "newFoo$",
      handler: "FooHandler$",
      registerHandler: "registerFooHandler$",
    });
  });

  test.each([
    { services: ["greet_service"], made: ["newGreetService"] },
    { services: ["HTTPProxy_v2"], made: ["newHTTPProxyV2"] },
    {
      services: ["Foo", "foo", "foo_", "_foo"],
      made: ["newFoo", "newFoo$", "newFoo$1", "newFoo$2"],
    },
    { services: ["foo", "Foo"], made: ["newFoo", "newFoo$"] },
    { services: ["X", "XClient", "XHandler"], made: ["newX", "newXClient", "newXHandler"] },
    { services: ["_", "_1", "__"], made: ["new_", "new_1", "new__"] },
    { services: ["delete", "Object"], made: ["newDelete", "newObject"] },
  ])("of $services are made by $made", ({ services, made }) => {
    const names = [...serviceNames(fileWith(services)).values()];
    expect(names.map((name) => name.newClient)).toEqual(made);
  });
});

function fileWith(services: readonly string[]): DescFile {
  const file = { name: "x.proto", syntax: "proto3", service: services.map((name) => ({ name })) };
  const [desc] = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).files;
  if (desc === undefined) throw new Error("no file");
  return desc;
}
