import { dropEndlessTimeout } from "./endless-timeout.js";

test.each([
  { name: "grpc-timeout", value: "99999H", left: null },
  { name: "grpc-timeout", value: "2147484S", left: null },
  { name: "grpc-timeout", value: "2147483S", left: "2147483S" },
  { name: "grpc-timeout", value: "99999999m", left: "99999999m" },
  { name: "grpc-timeout", value: "soon", left: "soon" },
  { name: "connect-timeout-ms", value: "9999999999", left: null },
  { name: "connect-timeout-ms", value: "2147483647", left: "2147483647" },
])("of $name: $value it leaves $left", ({ name, value, left }) => {
  const headers = new Headers({ [name]: value });
  dropEndlessTimeout(headers);
  expect(headers.get(name)).toBe(left);
});
