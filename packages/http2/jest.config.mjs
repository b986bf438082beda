import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "http2", rootDir: import.meta.dirname };
