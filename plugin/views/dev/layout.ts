// How the screen is divided at each size of the terminal. Pure.

export const smallest = { columns: 60, rows: 16 };

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** The band on top: health on the left, agents on the right. */
  readonly band: { readonly height: number; readonly left: number; readonly right: number };
  readonly logs: number;
  readonly traces: number;
  /** The opened thing takes the room of all panes. */
  readonly body: number;
}

const headerRows = 2;
const footerRows = 2;
const border = 2;

/** Undefined when the terminal is too small to show anything useful. */
export function layout(columns: number, rows: number, contents: { readonly components: number; readonly agents: number }): Layout | undefined {
  if (columns < smallest.columns || rows < smallest.rows) return undefined;
  const body = rows - headerRows - footerRows;
  const wanted = Math.max(4, contents.components, contents.agents + 1) + border;
  // The streams are what moves: they get at least three fifths.
  const height = Math.max(3, Math.min(wanted, Math.max(6, Math.floor(body * 0.4)), body - 6));
  const left = Math.min(64, Math.max(37, Math.floor(columns * 0.42)));
  const streams = body - height;
  const logs = Math.floor(streams / 2);
  return { columns, rows, band: { height, left, right: columns - left }, logs, traces: streams - logs, body };
}

/** Which rows of a list are shown, so that the selected one is among them, near the middle. */
export function windowOf(length: number, selected: number, height: number): { readonly from: number; readonly to: number } {
  const from = Math.min(Math.max(0, selected - Math.floor(height / 2)), Math.max(0, length - height));
  return { from, to: Math.min(length, from + height) };
}
