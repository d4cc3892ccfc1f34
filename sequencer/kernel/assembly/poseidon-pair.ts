/** Two hashes of one width at a time: poseidon.ts step by step, on pairs (product-pair.ts). */
import { ELEMENT, fromBytesPlus, toBytes } from "./field";
import { constantsOf, HALF_FULL_ROUNDS, partialRoundsOf, slot } from "./poseidon-constants";
import { MOST_PRODUCTS } from "./product";
import {
  getElement, multiplyPairAdd, multiplyPairs, multiplyPairsPlus, PAIR, setElement, squarePair,
} from "./product-pair";
import { accumulatePair, clearPairColumns, reducePair, settlePair } from "./sum-pair";

const STATE = memory.data(144 * 17, 16);
const MIXED = memory.data(144 * 17, 16);
const POWER = memory.data(144, 16);
const COLUMNS = memory.data(288, 16);
const SINGLE = memory.data(36);

@inline
function sbox(a: usize, constant: usize): void {
  squarePair(POWER, a);
  squarePair(POWER, POWER);
  multiplyPairsPlus(a, POWER, a, constant);
}

function dot(out: usize, t: i32, pairs: usize, constants: usize): void {
  clearPairColumns(COLUMNS);
  let room = MOST_PRODUCTS;
  for (let i = 0; i < t; i++) {
    if (room == 0) {
      settlePair(COLUMNS);
      room = MOST_PRODUCTS - 1;
    }
    accumulatePair(COLUMNS, pairs, constants);
    room -= 1;
    pairs += PAIR;
    constants += ELEMENT;
  }
  reducePair(out, COLUMNS);
}

function fullRound(t: i32, constants: usize, matrix: usize): void {
  for (let i = 0; i < t; i++) sbox(STATE + <usize>i * PAIR, constants + <usize>i * ELEMENT);
  for (let i = 0; i < t; i++) {
    dot(MIXED + <usize>i * PAIR, t, STATE, matrix);
    matrix += <usize>t * ELEMENT;
  }
  memory.copy(STATE, MIXED, <usize>t * PAIR);
}

function partialRound(t: i32, constant: usize, sparse: usize): void {
  sbox(STATE, constant);
  dot(MIXED, t, STATE, sparse);
  const column = sparse + <usize>(t - 1) * ELEMENT;
  for (let i = 1; i < t; i++) {
    const pair = STATE + <usize>i * PAIR;
    multiplyPairAdd(pair, STATE, column + <usize>i * ELEMENT, pair);
  }
  memory.copy(STATE, MIXED, PAIR);
}

function permute(t: i32): void {
  const row = <usize>t * ELEMENT;
  const partialRounds = partialRoundsOf(t);
  let constants = constantsOf(t) + row;
  const matrix = constants + 7 * row + <usize>partialRounds * ELEMENT;
  const middle = matrix + <usize>t * row;
  let sparse = middle + <usize>t * row;
  for (let round = 1; round <= HALF_FULL_ROUNDS; round++) {
    fullRound(t, constants, round < HALF_FULL_ROUNDS ? matrix : middle);
    constants += row;
  }
  for (let round = 0; round < partialRounds; round++) {
    partialRound(t, constants, sparse);
    constants += ELEMENT;
    sparse += 2 * row - ELEMENT;
  }
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    fullRound(t, constants, matrix);
    constants += row;
  }
  for (let i = 0; i < t; i++) {
    const pair = STATE + <usize>i * PAIR;
    squarePair(POWER, pair);
    squarePair(POWER, POWER);
    multiplyPairs(pair, POWER, pair);
  }
  dot(MIXED, t, STATE, matrix);
}

/** Reads the inputs of a planned hash into one side of the pair. */
function read(lane: usize, t: i32, hash: usize, values: usize): void {
  const first = constantsOf(t);
  fromBytesPlus(SINGLE, slot(values, hash + 4), first);
  setElement(STATE, lane, SINGLE);
  for (let i: usize = 1; i < <usize>t; i++) {
    fromBytesPlus(SINGLE, slot(values, hash + 8 + (i << 2)), first + i * ELEMENT);
    setElement(STATE + i * PAIR, lane, SINGLE);
  }
}

/** Two planned hashes of width t, neither an input of the other. */
export function runPair(t: i32, left: usize, right: usize, values: usize): void {
  read(0, t, left, values);
  read(1, t, right, values);
  permute(t);
  getElement(SINGLE, MIXED, 0);
  toBytes(slot(values, left + 8), SINGLE);
  getElement(SINGLE, MIXED, 1);
  toBytes(slot(values, right + 8), SINGLE);
}
