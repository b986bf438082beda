import { appendMetadata } from "./server-metadata.js";

test("metadata keeps its order, its several cookies, and nothing that belongs to the protocol", () => {
  const fields = ["before", "1"];
  appendMetadata(
    fields,
    new Headers([
      ["X-Trace", "a"],
      ["x-trace", "b"],
      ["set-cookie", "c=1"],
      ["set-cookie", "d=2"],
      ["grpc-status", "0"],
      ["grpc-message", "ok"],
      ["content-type", "text/html"],
      ["connection", "close"],
      ["grpc-retry-pushback-ms", "5"],
    ]),
  );
  expect(fields).toEqual([
    ...["before", "1", "grpc-retry-pushback-ms", "5"],
    ...["set-cookie", "c=1", "set-cookie", "d=2", "x-trace", "a, b"],
  ]);
});
