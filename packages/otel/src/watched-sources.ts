/** Metrics that are read when someone collects them: a call costs nothing for them. */
import type { Attributes, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";

/** What is read, of clients or of servers. */
export interface Readings<Counters, Levels> {
  /** Attribute that tells those of different names apart. */
  readonly nameAttribute: string;
  readonly counters: readonly CounterReading<Counters>[];
  readonly levels: readonly LevelReading<Levels>[];
}

interface Described {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/** One number that only grows, and how it is told apart from others of its name. */
export interface CounterReading<Counters> extends Described {
  readonly parts: readonly (readonly [Attributes, (counters: Counters) => number])[];
}

/** One number as it stands. */
export interface LevelReading<Levels> extends Described {
  /** Undefined is left out. */
  readonly read: (levels: Levels) => number | undefined;
}

/** A client or a server. */
export interface Source<Counters, Levels> {
  counters(): Counters;
  levels(): Levels;
}

/** Sources of one name are added up. */
interface Named<Counters, Levels> {
  readonly name: string;
  readonly sources: Set<Source<Counters, Levels>>;
  /** What those that left had counted, by part: counters must not fall. */
  readonly left: number[];
  /** Levels that somebody told. */
  readonly told: Set<LevelReading<Levels>>;
}

/** The sources that a telemetry reads from. Makes its instruments when the first one comes. */
export class WatchedSources<Counters, Levels> {
  readonly #meter: Meter;
  readonly #readings: Readings<Counters, Levels>;
  readonly #parts: readonly ((counters: Counters) => number)[];
  readonly #byName = new Map<string, Named<Counters, Levels>>();
  #hasInstruments = false;

  constructor(meter: Meter, readings: Readings<Counters, Levels>) {
    this.#meter = meter;
    this.#readings = readings;
    this.#parts = readings.counters.flatMap(({ parts }) => parts.map(([, read]) => read));
  }

  /** Reads `source` from now on; the function that is returned ends that. */
  add(source: Source<Counters, Levels>, name: string): () => void {
    if (!this.#hasInstruments) this.#createInstruments();
    let named = this.#byName.get(name);
    if (named === undefined) {
      named = { name, sources: new Set(), left: this.#parts.map(() => 0), told: new Set() };
      this.#byName.set(name, named);
    }
    const { sources, left } = named;
    sources.add(source);
    return () => {
      if (!sources.delete(source)) return;
      const counters = source.counters();
      for (const [at, read] of this.#parts.entries()) left[at] = (left[at] ?? 0) + read(counters);
    };
  }

  #createInstruments(): void {
    this.#hasInstruments = true;
    const { nameAttribute } = this.#readings;
    const parts = this.#readings.counters.flatMap((reading) => {
      const instrument = this.#meter.createObservableCounter(reading.name, reading);
      return reading.parts.map(([attributes]) => ({ instrument, attributes }));
    });
    const levels = this.#readings.levels.map((reading) => ({
      reading,
      instrument: this.#meter.createObservableGauge(reading.name, reading),
    }));
    const observeAll = (result: BatchObservableResult): void => {
      for (const named of this.#byName.values()) {
        const about = { [nameAttribute]: named.name };
        const sums = this.#sumsOf(named);
        for (const [at, { instrument, attributes }] of parts.entries())
          result.observe(instrument, sums[at] ?? 0, { ...attributes, ...about });
        for (const { instrument, reading } of levels) {
          const level = levelOf(named, reading);
          if (level !== undefined) result.observe(instrument, level, about);
        }
      }
    };
    const observables = new Set<Observable>([...parts, ...levels].map((one) => one.instrument));
    this.#meter.addBatchObservableCallback(observeAll, [...observables]);
  }

  #sumsOf({ sources, left }: Named<Counters, Levels>): readonly number[] {
    const all = [...sources].map((source) => source.counters());
    return this.#parts.map((read, at) => sumOf(all.map(read)) + (left[at] ?? 0));
  }
}

/** Undefined if nobody tells it. Once all have left it is 0, as the SDK would repeat what was told last. */
function levelOf<Counters, Levels>(
  { sources, told }: Named<Counters, Levels>,
  reading: LevelReading<Levels>,
): number | undefined {
  const values = [...sources]
    .map((source) => reading.read(source.levels()))
    .filter((value) => value !== undefined);
  if (values.length > 0) told.add(reading);
  else if (sources.size > 0 || !told.has(reading)) return undefined;
  return sumOf(values);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
