import { FakeClock } from "@thrice/core/testing";
import { keepAlive, slowDown } from "./keepalive.js";

function startKeepalive({ intervalMs = 20_000 } = {}) {
  const clock = new FakeClock();
  const pingedAtMs: number[] = [];
  const answers: (() => void)[] = [];
  const lost: string[] = [];
  const connection = {
    activeStreams: 0,
    streamsBegun: 0,
    receivedBytes: 0,
    ping: (onAnswer: () => void) => {
      pingedAtMs.push(clock.nowMs());
      answers.push(onAnswer);
    },
    lose: (error: Error) => lost.push(error.message),
  };
  const pace = { intervalMs, repeatMs: 310_000, timeoutMs: 20_000 };
  const stop = keepAlive(connection, pace, clock);
  const begin = () => {
    connection.activeStreams++;
    connection.streamsBegun++;
  };
  const answer = () => {
    connection.receivedBytes += 17;
    answers.shift()?.();
  };
  return { clock, pace, connection, pingedAtMs, lost, begin, answer, stop };
}

describe("keepalive", () => {
  test("pings after the interval, or half as much more, of silence while a stream is open", async () => {
    const { clock, begin, pingedAtMs } = startKeepalive();
    begin();
    await clock.advance(29_999);
    expect(pingedAtMs).toEqual([]);
    await clock.advance(1);
    expect(pingedAtMs).toEqual([30_000]);
  });

  test("does not ping a connection without streams", async () => {
    const { clock, pingedAtMs } = startKeepalive();
    await clock.advance(1_000_000);
    expect(pingedAtMs).toEqual([]);
  });

  test("does not ping a peer that sends something now and then", async () => {
    const { clock, connection, begin, pingedAtMs } = startKeepalive();
    begin();
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(19_000);
      connection.receivedBytes += 9;
    }
    expect(pingedAtMs).toEqual([]);
  });

  test("pings for calls that come now and then and get no answer", async () => {
    const { clock, connection, pingedAtMs } = startKeepalive();
    for (let turn = 0; turn < 3; turn++) {
      connection.streamsBegun++; // and ends by its timeout
      await clock.advance(50_000);
    }
    expect(pingedAtMs).toEqual([110_000]);
  });

  test("loses a connection whose peer does not answer in time", async () => {
    const { clock, begin, lost } = startKeepalive();
    begin();
    await clock.advance(49_999);
    expect(lost).toEqual([]);
    await clock.advance(1);
    expect(lost).toEqual(["no answer to a PING within 20000 ms"]);
  });

  test("spares a connection on which something else arrives instead of the answer", async () => {
    const { clock, connection, begin, lost } = startKeepalive();
    begin();
    await clock.advance(30_000);
    connection.receivedBytes += 16_384;
    await clock.advance(25_000);
    expect(lost).toEqual([]);
  });

  test("pings rarely as long as nothing but answers to its PINGs comes", async () => {
    const { clock, begin, answer, pingedAtMs, lost } = startKeepalive();
    begin();
    await clock.advance(30_000);
    answer();
    await clock.advance(310_000);
    answer();
    await clock.advance(310_000);
    expect(pingedAtMs).toEqual([30_000, 340_000, 650_000]);
    expect(lost).toEqual([]);
  });

  test("pings soon again after the peer has sent something", async () => {
    const { clock, connection, begin, answer, pingedAtMs } = startKeepalive();
    begin();
    await clock.advance(30_000);
    answer();
    connection.receivedBytes += 100;
    await clock.advance(40_000);
    expect(pingedAtMs).toEqual([30_000, 70_000]);
  });

  test("slows down for a peer that complains", async () => {
    const { clock, pace, begin, pingedAtMs } = startKeepalive();
    slowDown(pace);
    begin();
    await clock.advance(50_000);
    expect(pingedAtMs).toEqual([50_000]);
    expect(pace.repeatMs).toBe(620_000);
  });

  test("leaves no timer when stopped in the midst of a PING", async () => {
    const { clock, begin, stop } = startKeepalive();
    begin();
    await clock.advance(30_000);
    stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test("is off with an interval of 0", () => {
    expect(startKeepalive({ intervalMs: 0 }).clock.pendingTimers).toBe(0);
  });
});
