import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { healthCheckMethod, healthCheckRequest, isServing } from "./health-check.js";

const { input, output } = healthCheckMethod();

test("the method is the one that every health service has", () => {
  const { name, methodKind, parent } = healthCheckMethod();
  expect(`${parent.typeName}/${name}`).toBe("grpc.health.v1.Health/Check");
  expect(methodKind).toBe("unary");
  expect(healthCheckMethod()).toBe(healthCheckMethod());
});

test("the request asks for the server as a whole, which takes no byte", () => {
  expect(toBinary(input, healthCheckRequest())).toHaveLength(0);
  expect(input.fields).toMatchObject([{ name: "service", number: 1 }]);
});

test.each([
  { title: "nothing", bytes: [], is: false },
  { title: "UNKNOWN", bytes: [8, 0], is: false },
  { title: "SERVING", bytes: [8, 1], is: true },
  { title: "NOT_SERVING", bytes: [8, 2], is: false },
  { title: "SERVICE_UNKNOWN", bytes: [8, 3], is: false },
  { title: "a number that nobody knows", bytes: [8, 9], is: false },
])("an answer of $title says that the server is well: $is", ({ bytes, is }) => {
  expect(isServing(fromBinary(output, new Uint8Array(bytes)))).toBe(is);
});
