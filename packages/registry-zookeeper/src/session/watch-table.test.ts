import { eventType } from "../wire/protocol.js";
import { WatchTable } from "./watch-table.js";

test.each([
  { type: eventType.created, fires: ["data", "exist"] },
  { type: eventType.deleted, fires: ["data", "exist", "child"] },
  { type: eventType.dataChanged, fires: ["data", "exist"] },
  { type: eventType.childrenChanged, fires: ["child"] },
  { type: 99, fires: [] },
])("event $type fires $fires, once", ({ type, fires }) => {
  const table = new WatchTable();
  const heard: string[] = [];
  for (const kind of ["data", "exist", "child"] as const) {
    table.arm(kind, "/a", (path) => heard.push(`${kind} ${path}`));
    table.arm(kind, "/b", () => heard.push("wrong"));
  }
  table.fire(type, "/a");
  table.fire(type, "/a");
  expect(heard).toEqual(fires.map((kind) => `${kind} /a`));
});

test("one that was dropped hears nothing, and is not set again", () => {
  const table = new WatchTable();
  const heard: string[] = [];
  const dropped = () => heard.push("dropped");
  table.arm("child", "/a", dropped);
  table.arm("data", "/b", dropped);
  table.arm("data", "/b", (path) => heard.push(path));
  table.drop(dropped);
  expect([...table.portions(100)]).toEqual([{ data: ["/b"], exist: [], child: [] }]);
  table.fireAll();
  table.fireAll();
  expect(heard).toEqual(["/b"]);
});

test("paths are set again in portions of so many bytes, each with one at least", () => {
  const table = new WatchTable();
  for (const path of ["/1", "/2", `/${"x".repeat(50)}`]) table.arm("child", path, () => {});
  table.arm("exist", "/3", () => {});
  const portions = [...table.portions(20)];
  expect(portions.map(({ exist, child }) => [exist.length, child.length])).toEqual([
    [1, 2],
    [0, 1],
  ]);
  expect([...new WatchTable().portions(20)]).toEqual([]);
});
