import { decideDials } from "./decide-dials.js";

describe("decide dials", () => {
  test.each([
    { what: "nobody waits", waiting: 0, open: 0, dialing: 0, per: 0, dials: 0 },
    { what: "nothing is there yet", waiting: 1_000, open: 0, dialing: 0, per: 0, dials: 1 },
    { what: "the first dial is on its way", waiting: 1_000, open: 0, dialing: 1, per: 0, dials: 0 },
    { what: "25 wait for places by the ten", waiting: 25, open: 1, dialing: 0, per: 10, dials: 3 },
    { what: "two of three are on their way", waiting: 25, open: 1, dialing: 2, per: 10, dials: 1 },
    { what: "all are on their way", waiting: 25, open: 1, dialing: 3, per: 10, dials: 0 },
    {
      what: "more are on their way than needed",
      waiting: 1,
      open: 1,
      dialing: 3,
      per: 1,
      dials: 0,
    },
    { what: "there may be no more than ten", waiting: 500, open: 4, dialing: 2, per: 10, dials: 4 },
    { what: "there are ten", waiting: 500, open: 10, dialing: 0, per: 10, dials: 0 },
    { what: "the peer allows no stream", waiting: 5, open: 1, dialing: 0, per: 0, dials: 0 },
  ])("starts $dials when $what", ({ waiting, open, dialing, per, dials }) => {
    const demand = { waiting, open, dialing, maxConnections: 10, streamsPerConnection: per };
    expect(decideDials(demand)).toBe(dials);
  });
});
