import fc from "fast-check";
import { StreamTable } from "./stream-table.js";

test("streamTable does what a Map does, whatever comes and goes", () => {
  const step = fc.record({ isAdd: fc.boolean(), pick: fc.nat(1_000), skip: fc.nat(3_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const table = new StreamTable<{ id: number }>();
      const model = new Map<number, { id: number }>();
      let nextId = 1;
      for (const { isAdd, pick, skip } of steps) {
        const known = [...model.keys(), 0][pick % (model.size + 1)] as number;
        const entry = { id: nextId };
        nextId += 2 * (isAdd ? 1 + (skip > 2_900 ? skip : 0) : 0);
        const run = isAdd
          ? [() => table.add(entry), () => model.set(entry.id, entry)]
          : [() => table.delete(known), () => model.delete(known)];
        for (const one of run) one();
        expect(table.size).toBe(model.size);
        expect([table.get(known), table.get(entry.id)]).toEqual([
          model.get(known),
          model.get(entry.id),
        ]);
      }
      expect(table.values()).toEqual([...model.values()]);
    }),
    { seed: 51, numRuns: 200 },
  );
});
