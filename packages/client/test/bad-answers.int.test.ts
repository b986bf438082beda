/** Answers that break the rules at the client's door: the right code, no line in the log, and the client goes on. */
import { Code, ConnectError } from "@thrice/client";
import { systemClock } from "@thrice/core";
import { answerWires, badAnswers, goodAnswer } from "./support/bad-answers.js";
import { openBadPeer } from "./support/bad-peer.js";
import { Bench } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

describe.each(answerWires)("to a client that speaks $wire,", (wire) => {
  test.each(badAnswers(wire))("$what comes to '$end'", async ({ answer, end }) => {
    const peer = await openBadPeer(wire.version);
    bench.closeLater(() => peer.close());
    const { url } = peer;
    const options = { retries: 0, maxReceiveBytes: 1_000, clock: systemClock };
    const { stub, logger } = bench.client({ ...wire.options, ...options, url });
    const call = () =>
      stub.unary({ text: "x" }).then(
        ({ text }) => text,
        (reason) => Code[ConnectError.from(reason).code],
      );
    peer.answer = answer;
    expect(await call()).toBe(end);
    peer.answer = goodAnswer(wire);
    expect(await call()).toBe("good");
    expect(logger.records).toEqual([]);
  });
});
