import { expect, it } from 'vitest';
import { withBelow } from '../../src/domain/withBelow.ts';

interface Circuit {
  readonly id: string;
  readonly circuits: readonly Circuit[];
}

it('finds a circuit and all below it, each before those below it', () => {
  const circuit = (id: string, ...circuits: readonly Circuit[]): Circuit => ({ id, circuits });
  const grid = circuit('grid', circuit('hall-a', circuit('row-1'), circuit('row-2')), circuit('hall-b'));
  expect(withBelow(grid).map(({ id }) => id)).toEqual(['grid', 'hall-a', 'row-1', 'row-2', 'hall-b']);
});
