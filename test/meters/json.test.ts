import { describe, expect, it } from 'vitest';
import { pointerTo, strictNumber } from '../../src/meters/json.ts';

describe('a JSON Pointer [RFC 6901]', () => {
  // The document and most pointers of RFC 6901 section 5.
  const document = {
    foo: ['bar', 'baz'],
    '': 0,
    'a/b': 1,
    'c%d': 2,
    'm~n': 8,
    ' ': 7,
    deep: { list: [{ x: 3 }] },
  };

  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/deep/list/0/x', 3],
  ])('"%s" finds its value', (pointer, value) => {
    expect(pointerTo(pointer)(document)).toEqual(value);
  });

  it.each([
    '/nothing',
    '/foo/2',
    '/foo/01',
    '/foo/length',
    '/foo/-',
    '/foo/0/0',
    '/toString',
    '/__proto__',
    '/deep/list/0/x/y',
  ])('"%s" finds nothing', (pointer) => {
    expect(pointerTo(pointer)(document)).toBeUndefined();
  });
});

describe('a strict number', () => {
  it.each([
    [0, 0],
    [-1.5, -1.5],
    ['0.243', 0.243],
    ['-12', -12],
    ['+3.', 3],
    ['.5', 0.5],
    ['1e3', 1000],
  ])('%j is %d', (value, number) => {
    expect(strictNumber(value)).toBe(number);
  });

  it.each([
    null,
    undefined,
    true,
    '',
    ' ',
    ' 1',
    '1 A',
    '0x10',
    '1,5',
    'NaN',
    'Infinity',
    '1e999',
    'unavailable',
    [1],
    {},
  ])('%j is none', (value) => {
    expect(strictNumber(value)).toBeUndefined();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is none', (value) => {
    expect(strictNumber(value)).toBeUndefined();
  });
});
