import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-graceful-stop", rootDir: import.meta.dirname };
