import { capTimeout } from "./cap-timeout.js";

const infinite = Number.POSITIVE_INFINITY;

test.each([
  {
    type: "application/grpc-web+proto",
    name: "grpc-timeout",
    asked: "5S",
    max: 1_000,
    sent: "1000m",
  },
  { type: "application/grpc-web+proto", name: "grpc-timeout", asked: "5m", max: 1_000, sent: "5m" },
  {
    type: "application/grpc-web+proto",
    name: "grpc-timeout",
    asked: undefined,
    max: 1_000,
    sent: "1000m",
  },
  {
    type: "application/grpc-web+proto",
    name: "grpc-timeout",
    asked: "soon",
    max: 1_000,
    sent: "soon",
  },
  { type: "application/json", name: "connect-timeout-ms", asked: "5000", max: 1_000, sent: "1000" },
  { type: "application/json", name: "connect-timeout-ms", asked: "5", max: 1_000, sent: "5" },
  {
    type: "application/json",
    name: "connect-timeout-ms",
    asked: undefined,
    max: 999.5,
    sent: "1000",
  },
  { type: "application/json", name: "connect-timeout-ms", asked: "soon", max: 1_000, sent: "soon" },
  {
    type: "application/json",
    name: "connect-timeout-ms",
    asked: "5000",
    max: infinite,
    sent: "5000",
  },
  {
    type: "application/json",
    name: "connect-timeout-ms",
    asked: undefined,
    max: infinite,
    sent: null,
  },
])("$name $asked of $type becomes $sent under $max ms", ({ type, name, asked, max, sent }) => {
  const headers = new Headers({ "content-type": type, ...(asked && { [name]: asked }) });
  capTimeout(headers, max);
  expect(headers.get(name)).toBe(sent);
});
