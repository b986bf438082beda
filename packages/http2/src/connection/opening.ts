import {
  clientPreface,
  frameHeaderBytes,
  initialWindowBytes,
  SettingId,
} from "../frames/frame-type.js";
import { fixedFrameBytes, writeSettings, writeWindowUpdate } from "../frames/frame-writer.js";
import type { ResolvedHttp2Options } from "../http2-options.js";
import type { Connection } from "./connection.js";

/** What all connections with the same options say first. */
const clientOpenings = new WeakMap<ResolvedHttp2Options, Buffer>();
const serverOpenings = new WeakMap<ResolvedHttp2Options, Buffer>();

/** Sends what either side begins with: preface (client), SETTINGS, and the connection's window. */
export function sendOpening(connection: Connection): void {
  const { options, out, isServer, link } = connection;
  const openings = isServer ? serverOpenings : clientOpenings;
  let bytes = openings.get(options);
  if (bytes === undefined) {
    bytes = openingBytes(options, isServer);
    openings.set(options, bytes);
  }
  out.append(bytes);
  link.deadlines.set("preface", options.prefaceTimeoutMs);
  link.deadlines.set("settings", options.settingsTimeoutMs);
  connection.noteQuiet();
}

function openingBytes(options: ResolvedHttp2Options, isServer: boolean): Buffer {
  const settings: [number, number][] = [
    [SettingId.HEADER_TABLE_SIZE, options.headerTableBytes],
    isServer
      ? [SettingId.MAX_CONCURRENT_STREAMS, options.maxConcurrentStreams]
      : [SettingId.ENABLE_PUSH, 0],
    [SettingId.INITIAL_WINDOW_SIZE, options.streamWindowBytes],
    [SettingId.MAX_FRAME_SIZE, options.maxFrameBytes],
    [SettingId.MAX_HEADER_LIST_SIZE, options.maxHeaderListBytes],
  ];
  const bytes = Buffer.alloc(
    clientPreface.length + frameHeaderBytes + settings.length * 6 + fixedFrameBytes,
  );
  let end = isServer ? 0 : clientPreface.copy(bytes);
  end = writeSettings(bytes, end, settings);
  const increment = options.connectionWindowBytes - initialWindowBytes;
  if (increment > 0) end = writeWindowUpdate(bytes, end, 0, increment);
  return bytes.subarray(0, end);
}
