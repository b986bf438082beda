import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-browser", rootDir: import.meta.dirname };
