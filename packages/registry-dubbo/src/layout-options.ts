import {
  checkLogger,
  consoleLogger,
  type Logger,
  quietClock,
  type RegistryClock,
  show,
} from "@thrice/core";

/** Options of the layouts, which every registry that uses them has. */
export interface LayoutOptions {
  /** First part of the keys: Dubbo's group of the registry. @defaultValue "dubbo" */
  readonly root?: string | undefined;
  /** Name of the application, which entries of its providers carry. @defaultValue none */
  readonly application?: string | undefined;
  /** Takes a line for each entry that cannot be read. @defaultValue `consoleLogger()` */
  readonly logger?: Logger | undefined;
  /** Tells time; for tests. @defaultValue the system's, with timers that do not keep the process alive */
  readonly clock?: RegistryClock | undefined;
}

/** The same with every default filled in. */
export type ResolvedLayout = {
  readonly [Name in keyof LayoutOptions]-?: NonNullable<LayoutOptions[Name]>;
};

/** Names of the options, for registries that check theirs. */
export const layoutOptionNames = ["root", "application", "logger", "clock"] as const;

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveLayout(options: LayoutOptions): ResolvedLayout {
  const {
    root = "dubbo",
    application = "",
    logger = consoleLogger(),
    clock = quietClock,
  } = options;
  return {
    root: checkRoot(root),
    application: checkText("application", application),
    logger: checkLogger("logger", logger),
    clock,
  };
}

function checkRoot(root: unknown): string {
  if (typeof root === "string" && /^[^/\s]+$/.test(root)) return root;
  throw new TypeError(`root must be a name without blanks and slashes, got ${show(root)}`);
}

function checkText(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${field} must be text, got ${show(value)}`);
}
