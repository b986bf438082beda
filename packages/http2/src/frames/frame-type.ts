/** Types of frames. @see RFC 9113 section 6 */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Flags of frames; ACK and END_STREAM share a bit. @see RFC 9113 section 6 */
export const FrameFlag = {
  ACK: 0x1,
  END_STREAM: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** Identifiers of settings. @see RFC 9113 section 6.5.2 */
export const SettingId = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** Bytes in front of every frame's payload. @see RFC 9113 section 4.1 */
export const frameHeaderBytes = 9;

/** What a client sends before its first frame. @see RFC 9113 section 3.4 */
export const clientPreface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Largest flow-control window and largest stream identifier. @see RFC 9113 sections 5.1.1 and 6.9.1 */
export const max31Bits = 0x7fff_ffff;

/** Smallest and initial value of SETTINGS_MAX_FRAME_SIZE, in bytes. @see RFC 9113 section 6.5.2 */
export const minMaxFrameBytes = 16_384;

/** Largest value of SETTINGS_MAX_FRAME_SIZE, in bytes. @see RFC 9113 section 6.5.2 */
export const maxMaxFrameBytes = 16_777_215;

/** Window of a connection, and of streams until SETTINGS says otherwise, in bytes. @see RFC 9113 section 6.9.2 */
export const initialWindowBytes = 65_535;
