/** What callers may rely on in every load balancer. For the built-in ones and your own; needs a test runner with globals. */

import assert from "node:assert/strict";
import { create as createMessage } from "@bufbuild/protobuf";
import type { LiveEndpoint, LoadBalancer, PickContext } from "@thrice/core";
import { endAt, startAt } from "./attempts-under-way.js";
import { methods } from "./greet-service.js";
import { endpoint, pickContext, seededRandom } from "./pick-bench.js";

/** As jest, vitest and mocha-like runners have them. */
declare const describe: (title: string, body: () => void) => void;
declare const test: (title: string, body: () => void) => void;

/** Picks per check. */
const picks = 300;
/** The largest number that a random source may draw. */
const almostOne = 1 - 2 ** -53;

/**
 * Describes one load balancer, with a test for each promise: it picks from the list it is shown, whatever the list's length,
 * weights and history; keeps off weight 0; changes nothing; and has pickers that do not disturb each other.
 *
 * `create` makes the balancer, once per test. The request has a text in its only field, and a header `key`.
 */
export function describeBalancerContract(title: string, create: () => LoadBalancer): void {
  describe(`${title}, as a load balancer`, () => {
    describeLists(create);
    describeChanges(create);
    describeContexts(create);
  });
}

function describeLists(create: () => LoadBalancer): void {
  test("has a name", () => {
    assert.match(create().name, /\S/);
  });

  for (const length of [1, 2, 3, 9, 16, 65, 1_000]) {
    test(`picks one of a list of ${length}`, () => {
      const list = endpoints(length);
      for (const picked of pickMany(create(), list)) assert.ok(list.includes(picked));
    });

    test(`picks one of a list of ${length} with different weights`, () => {
      const list = endpoints(length, (at) => 1 + (at % 7) * 50);
      for (const picked of pickMany(create(), list)) assert.ok(list.includes(picked));
    });
  }

  for (const length of [2, 20, 200]) {
    test(`leaves out weight 0 in a list of ${length}`, () => {
      const list = endpoints(length, (at) => (at % 2) * 100);
      for (const picked of pickMany(create(), list)) assert.ok(picked.weight > 0);
    });

    test(`picks one of ${length} all the same when all are of weight 0`, () => {
      const list = endpoints(length, () => 0);
      for (const picked of pickMany(create(), list)) assert.ok(list.includes(picked));
    });
  }

  test("leaves the list and its endpoints as they are", () => {
    const list = Object.freeze(endpoints(20).map((one) => Object.freeze(one)));
    const before = JSON.stringify(list);
    pickMany(create(), list);
    assert.equal(JSON.stringify(list), before);
  });
}

function describeChanges(create: () => LoadBalancer): void {
  test("follows a list that grows, shrinks, is replaced and comes back", () => {
    const picker = create().createPicker();
    const many = endpoints(100);
    const lists = [many, many.slice(50), endpoints(3), many.slice(10, 90), many, [endpoint("new")]];
    for (const list of [...lists, ...lists]) {
      for (let pick = 0; pick < 20; pick++) {
        const picked = picker.pick(list, plainContext());
        assert.ok(picked !== undefined && list.includes(picked));
      }
    }
  });

  test("picks the endpoint of the newest list, not one of the same id that was replaced", () => {
    const picker = create().createPicker();
    picker.pick(endpoints(5), plainContext());
    const list = endpoints(5);
    const picked = picker.pick(list, plainContext());
    assert.ok(picked !== undefined && list.includes(picked));
  });

  test("picks among endpoints with a history, busy, slow, failing and unknown", () => {
    const known = tracked(40);
    known.forEach(({ stats }, at) => {
      for (let attempt = 0; attempt < at % 5; attempt++) startAt(stats, at);
      for (let attempt = 1; attempt < at % 5; attempt++) {
        endAt(stats, at % 3 === 0 ? "bad" : "good", at, at * 50);
      }
    });
    const list: readonly LiveEndpoint[] = known;
    for (const picked of pickMany(create(), list)) assert.ok(list.includes(picked));
  });

  test("makes pickers that do not disturb each other", () => {
    const sequence = (disturb: boolean) => {
      const balancer = create();
      const [picker, other] = [balancer.createPicker(), balancer.createPicker()];
      const list = endpoints(7);
      const random = seededRandom(5);
      return Array.from({ length: 50 }, () => {
        if (disturb) other.pick(endpoints(4), plainContext());
        return picker.pick(list, plainContext({ random }))?.id;
      });
    };
    assert.deepEqual(sequence(true), sequence(false));
  });
}

function describeContexts(create: () => LoadBalancer): void {
  for (const drawn of [0, 0.5, almostOne]) {
    test(`picks when chance always draws ${drawn}`, () => {
      const picker = create().createPicker();
      for (const list of [endpoints(3), endpoints(100), endpoints(100, (at) => 1 + at)]) {
        const picked = picker.pick(list, plainContext({ random: () => drawn }));
        assert.ok(picked !== undefined && list.includes(picked));
      }
    });
  }

  test("picks for a stream of requests without attachments", () => {
    const context = plainContext({ message: undefined, header: undefined });
    assert.notEqual(create().createPicker().pick(endpoints(3), context), undefined);
  });

  test("picks when the clock has gone back", () => {
    const picker = create().createPicker();
    const list = endpoints(10);
    for (const now of [1e9, 5, -1e9]) {
      assert.notEqual(picker.pick(list, plainContext({ nowMs: () => now })), undefined);
    }
  });

  for (const length of [3, 100]) {
    test(`heeds what is excluded of ${length} endpoints, if it says so`, () => {
      const picker = create().createPicker();
      const list = endpoints(length);
      const allowed = picker.heedsExcluded === true ? list.slice(-1) : list;
      const excluded = list.slice(0, -1);
      const picked = picker.pick(list, plainContext({ excluded }));
      assert.ok(picked !== undefined && allowed.includes(picked));
      const again = picker.pick(list, plainContext({ excluded: list }));
      assert.ok(again !== undefined && list.includes(again));
    });
  }
}

function endpoints(length: number, weightAt?: (at: number) => number): LiveEndpoint[] {
  return tracked(length, weightAt);
}

function tracked(length: number, weightAt: (at: number) => number = () => 100) {
  return Array.from({ length }, (_, at) =>
    endpoint(`10.0.${at >> 8}.${at & 255}:50051`, weightAt(at)),
  );
}

function pickMany(balancer: LoadBalancer, list: readonly LiveEndpoint[]): LiveEndpoint[] {
  const picker = balancer.createPicker();
  const random = seededRandom(1);
  return Array.from({ length: picks }, (_, pick) => {
    const picked = picker.pick(list, plainContext({ random, nowMs: () => pick }));
    assert.ok(picked !== undefined, "picked nothing");
    return picked;
  });
}

function plainContext(more: Partial<PickContext> = {}): PickContext {
  const message = createMessage(methods.unary.input, { name: "ada" });
  return pickContext({ message, header: new Headers({ key: "ada" }), ...more });
}
