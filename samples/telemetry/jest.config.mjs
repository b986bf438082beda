import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-telemetry", rootDir: import.meta.dirname };
