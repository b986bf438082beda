import type { Commands } from "./commands.js";

/** What goes to a child and what comes back; each answer bears the number of its question. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly given: object;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** A function for each command. */
export type Answers<All extends Commands> = {
  readonly [Name in keyof All]: (given: All[Name][0]) => All[Name][1] | Promise<All[Name][1]>;
};

/** Answers what the main process asks, several questions at a time, and ends with it. */
export function answerCommands<All extends Commands>(answers: Answers<All>): void {
  const reply = (message: Reply) => process.send?.(message);
  process.on("disconnect", () => process.exit());
  process.on("message", ({ id, name, given }: Question) => {
    const answer = async () => answers[name as keyof All](given);
    answer().then(
      (value) => reply({ id, ok: true, value }),
      (error: unknown) => reply({ id, ok: false, error: String(error) }),
    );
  });
}
