import { Code, ConnectError } from "@connectrpc/connect";
import { CallsUnderWay, type UnderWay } from "./calls-under-way.js";

class Call implements UnderWay {
  previousUnderWay: UnderWay | undefined = undefined;
  nextUnderWay: UnderWay | undefined = undefined;
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  end(): void {
    this.#onEnd();
  }
}

const closed = new ConnectError("closed", Code.Unavailable);

test.each([
  { leaves: [], ended: "cba" },
  { leaves: ["a"], ended: "cb" },
  { leaves: ["b"], ended: "ca" },
  { leaves: ["c"], ended: "ba" },
  { leaves: ["b", "a"], ended: "c" },
  { leaves: ["c", "b", "a"], ended: "" },
])("ends whoever is left when $leaves have gone: $ended", ({ leaves, ended }) => {
  const list = new CallsUnderWay();
  let seen = "";
  const calls = new Map(
    ["a", "b", "c"].map((name) => [name, new Call(() => (seen += name))] as const),
  );
  for (const call of calls.values()) list.add(call);
  for (const name of leaves) list.remove(calls.get(name) as Call);
  list.endAll("rejected", closed);
  expect(seen).toBe(ended);
});

test("a call that leaves while all are ended does not hide the others", () => {
  const list = new CallsUnderWay();
  let ended = 0;
  const calls = Array.from({ length: 3 }, () => {
    const call: Call = new Call(() => {
      ended++;
      list.remove(call);
    });
    list.add(call);
    return call;
  });
  list.endAll("rejected", closed);
  expect(ended).toBe(calls.length);
  list.endAll("rejected", closed);
  expect(ended).toBe(calls.length);
});

test("a call that has left keeps none of the others alive", () => {
  const list = new CallsUnderWay();
  const [first, second] = [new Call(() => {}), new Call(() => {})];
  list.add(first);
  list.add(second);
  list.remove(second);
  expect([second.previousUnderWay, second.nextUnderWay]).toEqual([undefined, undefined]);
});

test("says once nothing runs any more, at once if nothing does", () => {
  const list = new CallsUnderWay();
  const empty = jest.fn();
  const [first, second] = [new Call(() => {}), new Call(() => {})];
  list.add(first);
  list.add(second);
  list.whenEmpty(empty);
  list.remove(second);
  expect(empty).not.toHaveBeenCalled();
  list.remove(first);
  expect(empty).toHaveBeenCalledTimes(1);
  list.whenEmpty(empty);
  expect(empty).toHaveBeenCalledTimes(2);
});
