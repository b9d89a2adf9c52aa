export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * The events in a stream of server-sent events, and `undefined` for every comment: a sign of life.
 *
 * The browser's own EventSource sends no key and does not tell why it was refused, so the stream is read here.
 */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent | undefined> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function eventOf(block: string): StreamEvent | undefined {
  const field = (name: string): string =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? '';
  const data = field('data');
  return data === '' ? undefined : { event: field('event'), data };
}
