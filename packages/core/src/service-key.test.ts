import { checkServiceKeyPart, formatServiceKey } from "./service-key.js";

test.each(["", "a", "1.0.0", "green_2-x", "~!"])("%j can be a version", (value) => {
  expect(checkServiceKeyPart("version", value)).toBe(value);
});

test.each([null, 1, "a b", " a", "ä", "a/b", "a:b", "a,b", "*", "a\n"])(
  "%j can be no group, and the error says why",
  (value) => {
    const check = () => checkServiceKeyPart("group", value);
    expect(check).toThrow(TypeError);
    expect(check).toThrow("group must be printable ASCII without blanks and / : , *, got");
  },
);

test.each([
  { group: "", version: "", text: "greet.Greeter" },
  { group: "a", version: "", text: "a/greet.Greeter" },
  { group: "", version: "1.0", text: "greet.Greeter:1.0" },
  { group: "a", version: "1.0", text: "a/greet.Greeter:1.0" },
])("a service key reads $text", ({ group, version, text }) => {
  expect(formatServiceKey("greet.Greeter", group, version)).toBe(text);
});
