/** What a value that came as JSON must look like. */

/** The place of what is wrong with a value that stands at `path`; null where nothing is. */
export type Shape = (value: unknown, path: string) => string | null;

type Fields = Readonly<Record<string, Shape>>;

const where =
  (isRight: (value: unknown) => boolean): Shape =>
  (value, path) =>
    isRight(value) ? null : path;

export const flag = where((value) => typeof value === "boolean");

export const among = (...choices: unknown[]): Shape => where((value) => choices.includes(value));

export const whole = (least: number, most: number): Shape =>
  where((value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most);

/** Lengths count characters, not UTF-16 units, as in the server's language. */
export const text = (most: number, least = 0): Shape =>
  where((value) => typeof value === "string" && [...value].length >= least && [...value].length <= most);

export const matching = (pattern: RegExp): Shape => where((value) => typeof value === "string" && pattern.test(value));

export const orNull =
  (shape: Shape): Shape =>
  (value, path) =>
    value === null ? null : shape(value, path);

export const list =
  (most: number, shape: Shape): Shape =>
  (value, path) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      return path;
    }
    return first(value.keys(), (index) => shape(value[index], `${path}[${index}]`));
  };

/** Fields that must be there, fields that may be, and no others: an older app would leave out what they mean. */
export const record =
  (needed: Fields, optional: Fields = {}): Shape =>
  (value, path) => {
    if (!isRecord(value)) {
      return path;
    }
    const known: Fields = { ...needed, ...optional };
    return first(new Set([...Object.keys(needed), ...Object.keys(value)]), (name) => {
      const shape = Object.hasOwn(known, name) ? known[name] : undefined;
      return shape && Object.hasOwn(value, name) ? shape(value[name], `${path}.${name}`) : `${path}.${name}`;
    });
  };

/** One of several records, by its field `type`. */
export const typed =
  (shapes: Fields): Shape =>
  (value, path) => {
    const type = isRecord(value) ? value["type"] : null;
    const shape = typeof type === "string" && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    return shape ? shape(value, path) : `${path}.type`;
  };

function first<T>(values: Iterable<T>, problemOf: (value: T) => string | null): string | null {
  for (const value of values) {
    const problem = problemOf(value);
    if (problem !== null) {
      return problem;
    }
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
