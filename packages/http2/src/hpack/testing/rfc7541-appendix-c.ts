/** The running examples of RFC 7541, appendix C.3 to C.6. */
export interface Story {
  part: string;
  huffman: "all" | "none";
  tableLimitBytes: number;
  blocks: { hex: string; fields: string[]; tableBytes: number }[];
}

const get = [":method", "GET"];
const authority = [":authority", "www.example.com"];

/** C.3 (plain) and C.4 (Huffman): three requests. */
export function requestsC3(part: string, huffman: "all" | "none"): Story {
  const hex = {
    none: [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ],
    all: [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
      "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ],
  }[huffman];
  const first = [...get, ":scheme", "http", ":path", "/", ...authority];
  const lists = [
    first,
    [...first, "cache-control", "no-cache"],
    [
      ...get,
      ":scheme",
      "https",
      ":path",
      "/index.html",
      ...authority,
      "custom-key",
      "custom-value",
    ],
  ];
  return { part, huffman, tableLimitBytes: 4096, blocks: blocksOf(hex, lists, [57, 110, 164]) };
}

/** C.5 (plain) and C.6 (Huffman): three responses with a table of 256 bytes, so that entries are evicted. */
export function responsesC5(part: string, huffman: "all" | "none"): Story {
  const date = "Mon, 21 Oct 2013 20:13:21 GMT";
  const later = "Mon, 21 Oct 2013 20:13:22 GMT";
  const place = "https://www.example.com";
  const cookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
  const ascii = (text: string) => Buffer.from(text).toString("hex");
  const hex = {
    none: [
      `4803 ${ascii("302")} 5807 ${ascii("private")} 611d ${ascii(date)} 6e17 ${ascii(place)}`,
      `4803 ${ascii("307")} c1c0 bf`,
      `88c1 611d ${ascii(later)} c05a 04 ${ascii("gzip")} 7738 ${ascii(cookie)}`,
    ],
    all: [
      "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      "4883 640e ffc1 c0bf",
      "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    ],
  }[huffman];
  const rest = ["cache-control", "private", "date", date, "location", place];
  const lists = [
    [":status", "302", ...rest],
    [":status", "307", ...rest],
    [
      ...[":status", "200", "cache-control", "private", "date", later, "location", place],
      ...["content-encoding", "gzip", "set-cookie", cookie],
    ],
  ];
  return { part, huffman, tableLimitBytes: 256, blocks: blocksOf(hex, lists, [222, 222, 215]) };
}

function blocksOf(hex: string[], lists: string[][], sizes: number[]): Story["blocks"] {
  return hex.map((text, i) => ({
    hex: text,
    fields: lists[i] as string[],
    tableBytes: sizes[i] as number,
  }));
}
