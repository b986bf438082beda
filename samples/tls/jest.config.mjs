import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-tls", rootDir: import.meta.dirname };
