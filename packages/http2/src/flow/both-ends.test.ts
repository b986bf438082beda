import { bothEnds, okResponse, postRequest } from "../testing/connections.js";
import { RecordingSink } from "../testing/recording-sink.js";

test.each(["auto", "manual"] as const)(
  "5 MB each way between both ends arrive whole (credit: %s)",
  async (credit) => {
    const { client, serverLog } = bothEnds(
      { streamWindowBytes: 70_000 },
      { streamWindowBytes: 70_000 },
      credit,
    );
    const body = Buffer.alloc(5_000_000, "abcdefg");
    serverLog.onIncoming = ({ stream, sink }) => {
      stream.respond(okResponse, [], false);
      sink.onBytes = (bytes, endStream) => {
        stream.sendData(Buffer.from(bytes), endStream);
        stream.addCredit(bytes.length);
      };
    };
    const sink = new RecordingSink(credit);
    const stream = client.request(postRequest, [], sink, false);
    sink.onBytes = (bytes) => stream.addCredit(bytes.length);
    stream.sendData(body, true);
    expect(await sink.ended).toEqual({ kind: "completed" });
    expect(Buffer.concat(sink.content).equals(body)).toBe(true);
  },
);
