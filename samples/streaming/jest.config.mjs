import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-streaming", rootDir: import.meta.dirname };
