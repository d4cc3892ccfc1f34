/** Two hashes of one width at a time: poseidon.ts step by step, on pairs (product-pair.ts). */
import { ELEMENT, fromBytesPlus, toBytes } from "./field";
import { constantsOf, HALF_FULL_ROUNDS, partialRoundsOf, slot } from "./poseidon-constants";
import { MOST_PRODUCTS } from "./product";
import {
  getElement, multiplyPairs, multiplyPairsPlus, PAIR, setElement, squarePair,
} from "./product-pair";
import { accumulatePair, beginPairColumns, clearPairColumns, reducePair, settlePair } from "./sum-pair";

const STATE = memory.data(144 * 17, 16);
const MIXED = memory.data(144 * 17, 16);
const POWER = memory.data(144, 16);
const COLUMNS = memory.data(288, 16);
const SINGLE = memory.data(36);
const HEADS = memory.data(144 * (16 + 70), 16);
const POWERS = memory.data(144 * (1 + 70), 16);

@inline
function sbox(out: usize, a: usize, constant: usize): void {
  squarePair(POWER, a);
  squarePair(POWER, POWER);
  multiplyPairsPlus(out, POWER, a, constant);
}

/** Products that the columns take until they are settled. */
let room = MOST_PRODUCTS;

function sumUp(count: i32, pairs: usize, constants: usize): void {
  for (let i = 0; i < count; i++) {
    if (room == 0) {
      settlePair(COLUMNS);
      room = MOST_PRODUCTS - 1;
    }
    accumulatePair(COLUMNS, pairs, constants);
    room -= 1;
    pairs += PAIR;
    constants += ELEMENT;
  }
}

/** out = columns / R. */
function endSum(out: usize): void {
  reducePair(out, COLUMNS);
  room = MOST_PRODUCTS;
}

function dot(out: usize, t: i32, pairs: usize, constants: usize): void {
  clearPairColumns(COLUMNS);
  sumUp(t, pairs, constants);
  endSum(out);
}

function fullRound(t: i32, constants: usize, matrix: usize): void {
  for (let i = 0; i < t; i++) {
    const pair = STATE + <usize>i * PAIR;
    sbox(pair, pair, constants + <usize>i * ELEMENT);
  }
  for (let i = 0; i < t; i++) {
    dot(MIXED + <usize>i * PAIR, t, STATE, matrix);
    matrix += <usize>t * ELEMENT;
  }
  memory.copy(STATE, MIXED, <usize>t * PAIR);
}

function sumUpRow(n: i32, round: i32, factors: usize): void {
  const powers = min(n, round + 1);
  sumUp(n, HEADS + <usize>round * PAIR, factors);
  sumUp(powers, POWERS + <usize>(round + 1 - powers) * PAIR, factors + <usize>n * ELEMENT);
}

function partialRounds(t: i32, rounds: i32, constants: usize, begin: usize): void {
  const n = t - 1;
  let factors = begin;
  memory.copy(POWERS, STATE, PAIR);
  for (let i = 0; i < n; i++) {
    dot(HEADS + <usize>i * PAIR, t, STATE, factors);
    factors += <usize>t * ELEMENT;
  }
  for (let round = 0; round < rounds; round++) {
    const head = HEADS + <usize>(round + n) * PAIR;
    const power = POWERS + <usize>(round + 1) * PAIR;
    sbox(power, head - PAIR, constants + <usize>round * ELEMENT);
    beginPairColumns(COLUMNS, power);
    sumUpRow(n, round, factors);
    endSum(head);
    factors += <usize>(n + min(n, round + 1)) * ELEMENT;
  }
  memory.copy(STATE, HEADS + <usize>(rounds + n - 1) * PAIR, PAIR);
  for (let i = 1; i < t; i++) {
    clearPairColumns(COLUMNS);
    sumUpRow(n, rounds, factors);
    endSum(STATE + <usize>i * PAIR);
    factors += <usize>(2 * n) * ELEMENT;
  }
}

function permute(t: i32): void {
  const row = <usize>t * ELEMENT;
  const rounds = partialRoundsOf(t);
  let constants = constantsOf(t) + row;
  const matrix = constants + 7 * row + <usize>rounds * ELEMENT;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    fullRound(t, constants, matrix);
    constants += row;
  }
  for (let i = 0; i < t; i++) {
    const pair = STATE + <usize>i * PAIR;
    sbox(pair, pair, constants + <usize>i * ELEMENT);
  }
  constants += row;
  partialRounds(t, rounds, constants, matrix + <usize>t * row);
  constants += <usize>rounds * ELEMENT;
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
