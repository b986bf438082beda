import { parseAltNames } from "./alt-names.js";

test.each([
  { text: "", names: [] },
  { text: "DNS:a.test", names: [["DNS", ["a.test"]]] },
  {
    text: "DNS:a.test, DNS:b.test, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    names: [
      ["DNS", ["a.test", "b.test"]],
      ["IP Address", ["10.0.0.1", "0:0:0:0:0:0:0:1"]],
    ],
  },
  { text: "URI:spiffe://example/orders", names: [["URI", ["spiffe://example/orders"]]] },
  { text: 'DNS:"a, DNS:evil.test", DNS:b', names: [["DNS", ["a, DNS:evil.test", "b"]]] },
  { text: 'DNS:"a\\u002c \\"b"', names: [["DNS", ['a, "b']]] },
  { text: 'DNS:"a\\x"', names: [["DNS", ['"a\\x"']]] },
])("the names in $text are $names", ({ text, names }) => {
  expect([...parseAltNames(text)]).toEqual(names);
});
