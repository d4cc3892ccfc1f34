/** What a benchmark reports, and how it is printed. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export type Report = (figure: Figure) => void;

/** One object a line. */
export const printJson: Report = (figure) => console.log(JSON.stringify(figure));

export const printReadable: Report = ({ name, value, unit }) => {
  const digits = Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : 3;
  const shown = value.toLocaleString("en", { maximumFractionDigits: digits });
  console.log(`${name.padEnd(36)}${shown.padStart(16)} ${unit}`);
};

/** The value below which a share of all values lies. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
