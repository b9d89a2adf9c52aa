/** The next number in [0, 1). */
export type Random = () => number;

/**
 * Number `index` of the stream `seed`, in [0, 1): a pure function, so that any instant of a simulation can be
 * asked for without playing the ones before it.
 *
 * SplitMix (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014) in 32 bits, with
 * the finalizer of MurmurHash3 (Appleby, public domain).
 */
export function randomAt(seed: number, index: number): number {
  // The golden ratio in 32 bits: the increment of SplitMix.
  let bits = (seed + Math.imul(index + 1, 0x9e3779b9)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** The stream `seed` from its beginning. */
export function createRandom(seed: number): Random {
  let index = 0;
  return () => randomAt(seed, index++);
}

/** A seed of its own for everything that has a name, so that one more draw here moves nothing there. */
export function streamSeed(seed: number, name: string): number {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
