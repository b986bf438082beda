import { type AttachmentsInit, createAttachments, mergeAttachments } from "./attachments.js";

const create = (init: unknown) => createAttachments("attachments", init as AttachmentsInit);

describe("createAttachments", () => {
  test.each([
    { name: "text", init: { "X-Tag": "blue" }, entries: [["x-tag", "blue"]] },
    {
      name: "several",
      init: { b: "2", a: "1" },
      entries: [
        ["a", "1"],
        ["b", "2"],
      ],
    },
    { name: "a list", init: { tag: ["a", "b"] }, entries: [["tag", "a, b"]] },
    { name: "an empty list", init: { tag: [] }, entries: [] },
    { name: "empty text", init: { tag: "" }, entries: [["tag", ""]] },
    {
      name: "every printable letter",
      init: { tag: "!~\t \"',;" + "=" },
      entries: [["tag", "!~\t \"',;="]],
    },
    { name: "Headers", init: new Headers({ "X-Tag": "blue" }), entries: [["x-tag", "blue"]] },
    { name: "nothing", init: {}, entries: [] },
    {
      name: "names that are like reserved ones",
      init: { "x-timeout": "1", grpcish: "2" },
      entries: [
        ["grpcish", "2"],
        ["x-timeout", "1"],
      ],
    },
  ])("takes $name", ({ init, entries }) => {
    expect([...create(init)]).toEqual(entries);
  });

  test("leaves the given Headers alone", () => {
    const init = new Headers({ tag: "blue" });
    create(init).set("tag", "red");
    expect(init.get("tag")).toBe("blue");
  });

  test.each([
    "connection",
    "content-encoding",
    "content-length",
    "Content-Type",
    "host",
    "keep-alive",
    "proxy-connection",
    "retries",
    "te",
    "Timeout",
    "trailer",
    "transfer-encoding",
    "upgrade",
    ":path",
    "grpc-timeout",
    "Grpc-Previous-Rpc-Attempts",
    "connect-timeout-ms",
    "triple-x",
    "tri-service-version",
  ])("refuses %s, which belongs to the protocol", (name) => {
    const text = `attachments: '${name}' is set by the protocol and cannot be an attachment`;
    expect(() => create({ [name]: "1" })).toThrow(new TypeError(text));
  });

  test.each([
    { init: { tag: 7 }, text: "attachments: 'tag' must be text, got 7" },
    { init: { tag: undefined }, text: "attachments: 'tag' must be text, got undefined" },
    { init: { tag: ["a", null] }, text: "attachments: 'tag' must be text, got null" },
    {
      init: { tag: "grün" },
      text: "attachments: 'tag' must be printable ASCII, got 'grün'; encode",
    },
    { init: { tag: "a\r\nb: c" }, text: "attachments: 'tag' must be printable ASCII" },
    { init: { tag: "\u0000" }, text: "attachments: 'tag' must be printable ASCII" },
    { init: { tag: "\u007f" }, text: "attachments: 'tag' must be printable ASCII" },
    {
      init: { tag: " a" },
      text: "attachments: 'tag' must not begin or end with a blank, got ' a'",
    },
    { init: { tag: "a\t" }, text: "attachments: 'tag' must not begin or end with a blank" },
    { init: { tag: ["a", " "] }, text: "attachments: 'tag' must not begin or end with a blank" },
    { init: { "": "a" }, text: "attachments: '' with value 'a' cannot be a header" },
    { init: { "a b": "c" }, text: "attachments: 'a b' with value 'c' cannot be a header" },
    { init: { grün: "c" }, text: "attachments: 'grün' with value 'c' cannot be a header" },
  ])("refuses a bad name or value: $text", ({ init, text }) => {
    expect(() => create(init)).toThrow(TypeError);
    expect(() => create(init)).toThrow(text);
  });

  // A Map was taken for an empty set, and a text for headers named 0, 1, 2.
  test.each([
    { name: "a Map", init: new Map([["tag", "blue"]]) },
    { name: "a list of pairs", init: [["tag", "blue"]] },
    { name: "text", init: "blue" },
    { name: "a number", init: 7 },
    { name: "null", init: null },
  ])("refuses $name, naming the field", ({ init }) => {
    expect(() => create(init)).toThrow(/^attachments/);
  });
});

describe("mergeAttachments", () => {
  test.each([
    {
      name: "adds names",
      base: { a: "1" },
      over: { b: "2" },
      entries: [
        ["a", "1"],
        ["b", "2"],
      ],
    },
    { name: "lets the nearer win", base: { a: "1" }, over: { a: "2" }, entries: [["a", "2"]] },
    {
      name: "replaces all values of a name",
      base: { a: ["1", "2"] },
      over: { a: "3" },
      entries: [["a", "3"]],
    },
    {
      name: "keeps a list of the nearer",
      base: { a: "1" },
      over: { a: ["2", "3"] },
      entries: [["a", "2, 3"]],
    },
    { name: "lets an empty value win", base: { a: "1" }, over: { a: "" }, entries: [["a", ""]] },
  ])("$name", ({ base, over, entries }) => {
    expect([...mergeAttachments(create(base), create(over))]).toEqual(entries);
  });

  test("changes neither", () => {
    const [base, over] = [create({ a: "1" }), create({ a: "2" })];
    mergeAttachments(base, over).set("a", "3");
    expect([base.get("a"), over.get("a")]).toEqual(["1", "2"]);
  });
});
