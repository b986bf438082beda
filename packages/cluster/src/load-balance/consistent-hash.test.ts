import { createHash } from "node:crypto";
import { create, createFileRegistry, type DescMethod } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { endpoint, pickContext, seededRandom } from "../testing/pick-bench.js";
import { consistentHash } from "./consistent-hash.js";
import { HashRing } from "./hash-ring.js";

const list = Array.from({ length: 20 }, (_, at) => endpoint(`10.0.0.${at}:50051`));
const ring = new HashRing(list, 160);
const belongingTo = (key: string | Uint8Array) =>
  ring.find(createHash("md5").update(key).digest().readUInt32LE(0), [])?.id;

const method = describeMethod();
const request = (fields: Record<string, unknown>) => create(method.input, fields);
const pickFor = (options: Parameters<typeof consistentHash>[0], fields: Record<string, unknown>) =>
  consistentHash(options)
    .createPicker()
    .pick(list, pickContext({ method, message: request(fields) }))?.id;

describe("consistentHash by fields", () => {
  const fields = {
    name: "ada",
    userId: 42n,
    isNew: true,
    hash: Uint8Array.of(1, 200),
    kind: 1,
    choice: { case: "left", value: "l" },
  };

  test.each([
    { options: {}, key: "ada" },
    { options: { fields: [0] }, key: "ada" },
    { options: { fields: ["name"] }, key: "ada" },
    { options: { fields: ["user_id"] }, key: "42" },
    { options: { fields: ["userId"] }, key: "42" },
    { options: { fields: ["is_new"] }, key: "true" },
    { options: { fields: ["hash"] }, key: Uint8Array.of(1, 200) },
    { options: { fields: ["kind"] }, key: "1" },
    { options: { fields: ["left"] }, key: "l" },
    { options: { fields: ["right"] }, key: "" },
    { options: { fields: ["name", 1] }, key: "ada42" },
  ])("$options sends a request to where key $key belongs", ({ options, key }) => {
    expect(pickFor(options, fields)).toBe(belongingTo(key));
  });

  test("a request whose field was never set has the empty key", () => {
    expect(pickFor({}, {})).toBe(belongingTo(""));
  });

  test.each([
    { field: "nam", says: "fields[0] must be a single value among the fields of t.Ask (" },
    { field: 9, says: "got 9" },
    { field: "names", says: "got 'names'" },
    { field: "inner", says: "got 'inner'" },
  ])("a field that cannot be a key fails the call: $field", ({ field, says }) => {
    expect(() => pickFor({ fields: [field] }, fields)).toThrow(RangeError);
    expect(() => pickFor({ fields: [field] }, fields)).toThrow(says);
  });

  test("a stream of requests goes anywhere", () => {
    const picker = consistentHash().createPicker();
    const context = pickContext({ method, random: seededRandom(2) });
    const ids = Array.from({ length: 200 }, () => picker.pick(list, context)?.id);
    expect(new Set(ids).size).toBeGreaterThan(15);
  });
});

describe("consistentHash by header", () => {
  const picker = consistentHash({ header: "X-Session" }).createPicker();

  test("sends calls to where the value belongs", () => {
    const header = new Headers({ "x-session": "s-1" });
    expect(picker.pick(list, pickContext({ header }))?.id).toBe(belongingTo("s-1"));
  });

  test.each([
    { title: "no attachments", header: undefined },
    { title: "others", header: new Headers({ other: "s-1" }) },
  ])("a call without it goes anywhere: $title", ({ header }) => {
    const context = pickContext({ header, random: seededRandom(2) });
    const ids = Array.from({ length: 200 }, () => picker.pick(list, context)?.id);
    expect(new Set(ids).size).toBeGreaterThan(15);
  });
});

describe("consistentHash", () => {
  const context = pickContext({ method, message: request({ name: "ada" }) });

  test("notices that an endpoint was replaced although their number is the same", () => {
    const picker = consistentHash().createPicker();
    const home = picker.pick(list, context);
    const changed = list.map((one) => (one === home ? endpoint("10.9.9.9:50051") : one));
    const moved = picker.pick(changed, context);
    expect(changed).toContain(moved);
    expect(moved).not.toBe(home);
    expect(picker.pick(list, context)).toBe(home);
  });

  test("sends a further attempt to the next on the ring, each time the same", () => {
    const picker = consistentHash().createPicker();
    const home = picker.pick(list, context);
    const again = () => picker.pick(list, { ...context, excluded: [home as never] });
    expect(again()).not.toBe(home);
    expect(again()).toBe(again());
  });

  test("has as many points per endpoint as it is told", () => {
    const point = createHash("md5").update("ada").digest().readUInt32LE(0);
    const picker = consistentHash({ virtualNodes: 8 }).createPicker();
    expect(picker.pick(list, context)).toBe(new HashRing(list, 8).find(point, []));
  });

  test.each([
    { options: { fields: [] }, says: "fields must be a list of names or positions, got []" },
    { options: { fields: "name" }, says: "fields must be a list of names or positions" },
    { options: { fields: [-1] }, says: "fields[0] must be a whole number from 0 to 10000, got -1" },
    { options: { fields: ["a", ""] }, says: "fields[1] must be a name or a position, got ''" },
    { options: { fields: [null] }, says: "fields[0] must be a name or a position, got null" },
    { options: { header: "" }, says: "header must be the name of an attachment, got ''" },
    { options: { header: "a b" }, says: "header must be the name of an attachment, got 'a b'" },
    { options: { header: "a", fields: ["b"] }, says: "fields must not be set beside header" },
    { options: { virtualNodes: 0 }, says: "virtualNodes must be a whole number from 4 to 10000" },
    { options: { virtualNodes: 30 }, says: "virtualNodes must be a multiple of 4, got 30" },
    { options: { virtualNodes: Number.NaN }, says: "got NaN" },
    { options: { nodes: 160 }, says: "options of consistentHash: unknown option 'nodes'" },
    { options: null, says: "options of consistentHash must be an object, got null" },
  ])("refuses $options", ({ options, says }) => {
    expect(() => consistentHash(options as never)).toThrow(says);
  });
});

/** A method whose request has a field of each kind. */
function describeMethod(): DescMethod {
  const one = (name: string, number: number, type: Type, typeName?: string) => ({
    name,
    number,
    label: Label.OPTIONAL,
    type,
    ...(typeName !== undefined && { typeName }),
  });
  const choice = { oneofIndex: 0 };
  const file = create(FileDescriptorProtoSchema, {
    name: "t.proto",
    package: "t",
    syntax: "proto3",
    enumType: [
      {
        name: "Kind",
        value: [
          { name: "NONE", number: 0 },
          { name: "SOME", number: 1 },
        ],
      },
    ],
    messageType: [
      {
        name: "Ask",
        oneofDecl: [{ name: "choice" }],
        field: [
          one("name", 1, Type.STRING),
          one("user_id", 2, Type.INT64),
          one("is_new", 3, Type.BOOL),
          one("hash", 4, Type.BYTES),
          one("kind", 5, Type.ENUM, ".t.Kind"),
          { ...one("left", 6, Type.STRING), ...choice },
          { ...one("right", 7, Type.STRING), ...choice },
          { ...one("names", 8, Type.STRING), label: Label.REPEATED },
          one("inner", 9, Type.MESSAGE, ".t.Ask"),
        ],
      },
    ],
    service: [
      { name: "Asks", method: [{ name: "Ask", inputType: ".t.Ask", outputType: ".t.Ask" }] },
    ],
  });
  const found = createFileRegistry(file, () => undefined).getService("t.Asks")?.method.ask;
  return found as DescMethod;
}
