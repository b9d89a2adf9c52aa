import type { Clock } from '../control/ports.ts';

/** What `process.stdout` is to us. */
interface TerminalStream {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): unknown;
}

interface LiveOutput {
  readonly stream: TerminalStream;
  readonly clock: Clock;
  readonly periodMs: number;
  /** The whole picture, for people. */
  readonly picture: () => string;
  /** One value a period, for programs. */
  readonly summary: () => object;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const clearScreen = '\x1b[2J';
const home = '\x1b[H';
const clearLineRest = '\x1b[K';
const clearScreenRest = '\x1b[J';

/**
 * Shows what is going on, again and again: on a terminal one picture drawn over the last, elsewhere a JSON line
 * each time. `stop` leaves the last picture standing.
 */
export function startLiveOutput(output: LiveOutput): { stop(): void } {
  const { stream, clock, periodMs } = output;
  const isTerminal = stream.isTTY === true;
  let isStopped = false;
  let cancel = (): void => {};

  const show = (): void => {
    stream.write(isTerminal ? frame(output.picture(), stream.rows) : `${JSON.stringify(output.summary())}\n`);
    cancel = clock.after(periodMs, show);
  };
  if (isTerminal) stream.write(`${hideCursor}${clearScreen}`);
  show();
  return {
    stop(): void {
      if (isStopped) return;
      isStopped = true;
      cancel();
      if (isTerminal) stream.write(`${showCursor}\n`);
    },
  };
}

/** Written over the last picture in one go, each line clearing its own rest: nothing is ever blank, so nothing flickers. */
function frame(picture: string, rows = Number.POSITIVE_INFINITY): string {
  // More lines than the window has would scroll it.
  const lines = picture.split('\n').slice(0, Math.max(1, rows - 1));
  return `${home}${lines.map((line) => `${line}${clearLineRest}`).join('\n')}${clearScreenRest}`;
}
