interface Branch<Circuit> {
  readonly circuits: readonly Circuit[];
}

/** A circuit and all below it, each before those below it. */
export const withBelow = <Circuit extends Branch<Circuit>>(circuit: Circuit): readonly Circuit[] => [
  circuit,
  ...circuit.circuits.flatMap((below) => withBelow(below)),
];
