import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-interceptors", rootDir: import.meta.dirname };
