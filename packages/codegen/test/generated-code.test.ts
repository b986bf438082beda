import type { ServiceHost, StubHost } from "@thrice/core/codegen-v1";
import { EmptyService, TalkService } from "../testdata/kinds/gen/kinds_pb.js";
import {
  newEmptyService,
  newTalkService,
  registerTalkServiceHandler,
  type TalkServiceHandler,
} from "../testdata/kinds/gen/kinds_thrice.js";
import * as methodNames from "../testdata/method-names/gen/method_names_pb.js";
import * as serviceNames from "../testdata/service-names/gen/service_names_pb.js";
import {
  newFoo,
  newFoo$,
  newX,
  newXClient,
} from "../testdata/service-names/gen/service_names_thrice.js";
import * as shadowing from "../testdata/shadowing/gen/services_pb.js";
import { newClient, newOptions, newPromise } from "../testdata/shadowing/gen/services_thrice.js";

describe("generated code", () => {
  test("asks the client for a stub of its service, with the options as they are", () => {
    const stub = {};
    const createStub = jest.fn(() => stub);
    const options = { retries: 5, methods: { ask: { retries: 0 } } };
    expect(newTalkService({ createStub }, options)).toBe(stub);
    expect(createStub.mock.calls).toEqual([[TalkService, options]]);
  });

  test("hands a service's handler to the server, with the options as they are", () => {
    const registerService = jest.fn();
    const server: ServiceHost = { registerService };
    const handler = {} as TalkServiceHandler;
    registerTalkServiceHandler(server, handler, { maxReceiveBytes: 1 });
    expect(registerService.mock.calls).toEqual([[TalkService, handler, { maxReceiveBytes: 1 }]]);
  });

  test("refuses a client that is none", () => {
    expect(() => newTalkService({} as StubHost)).toThrow(TypeError);
  });

  test.each([
    { make: newEmptyService, service: EmptyService },
    { make: newFoo, service: serviceNames.Foo },
    { make: newFoo$, service: serviceNames.foo },
    { make: newX, service: serviceNames.X },
    { make: newXClient, service: serviceNames.XClient },
    { make: newPromise, service: shadowing.Promise },
    { make: newClient, service: shadowing.client },
    { make: newOptions, service: shadowing.options },
  ])("makes the stub of $service.typeName, whatever else has its name", ({ make, service }) => {
    const createStub = jest.fn(() => ({}));
    make({ createStub }, {});
    expect(createStub.mock.calls).toEqual([[service, {}]]);
  });

  test.each([
    {
      service: methodNames.WordService,
      names: "delete new await static get set readonly arguments",
    },
    {
      service: methodNames.MemberService,
      names: "constructor$ toString$ toJSON$ valueOf$ hasOwnProperty isPrototypeOf",
    },
    { service: methodNames.CaseService, names: "get_user getUser get_User gETUser" },
  ])("calls the methods of $service.typeName as the run time does", ({ service, names }) => {
    expect(service.methods.map((method) => method.localName)).toEqual(names.split(" "));
    expect(Object.keys(service.method)).toEqual(names.split(" "));
  });
});
