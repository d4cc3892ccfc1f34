/** Two hashes of one width at a time: poseidon.ts step by step, on pairs (product-pair.ts). */
import { ELEMENT, fromBytesPlus, toBytes } from "./field";
import { constantsOf, HALF_FULL_ROUNDS, partialRoundsOf, slot } from "./poseidon-constants";
import {
  getElement, multiplyPairs, multiplyPairsPlus, PAIR, setElement, squarePair,
} from "./product-pair";
import { addPair, endPairSum, extendPairCross, PAIR_COLUMNS, sumUpPairs } from "./sum-pair";

const STATE = memory.data(144 * 17, 16);
const MIXED = memory.data(144 * 17, 16);
const POWER = memory.data(144, 16);
const SINGLE = memory.data(36);
const HEADS = memory.data(144 * (16 + 70), 16);
const POWERS = memory.data(144 * (1 + 70), 16);
const STATE_CROSS = memory.data(288 * (1 + 8), 16);
const CROSS = memory.data(288 * (1 + 1 + 70), 16);

@inline
function sbox(out: usize, a: usize, constant: usize): void {
  squarePair(POWER, a);
  squarePair(POWER, POWER);
  multiplyPairsPlus(out, POWER, a, constant);
}

function crossState(t: i32): void {
  let cross = STATE_CROSS;
  for (let i = 1; i < t; i += 2) {
    const left = STATE + <usize>(i - 1) * PAIR;
    extendPairCross(cross + PAIR_COLUMNS, cross, left, left + PAIR);
    cross += PAIR_COLUMNS;
  }
}

function stateRow(out: usize, t: i32, row: usize): usize {
  const single = STATE + <usize>(t - 1) * PAIR;
  const next = sumUpPairs(row, t >> 1, STATE, STATE + PAIR, 2 * PAIR, STATE_CROSS, t & 1, single);
  endPairSum(out);
  return next;
}

function mix(t: i32, matrix: usize): void {
  crossState(t);
  for (let i = 0; i < t; i++) matrix = stateRow(MIXED + <usize>i * PAIR, t, matrix);
  memory.copy(STATE, MIXED, <usize>t * PAIR);
}

function raise(t: i32, constants: usize): void {
  for (let i = 0; i < t; i++) {
    const pair = STATE + <usize>i * PAIR;
    sbox(pair, pair, constants + <usize>i * ELEMENT);
  }
}

function crossHead(n: i32, round: i32): void {
  const cross = CROSS + <usize>round * PAIR_COLUMNS;
  const head = HEADS + <usize>(n - 1 + round) * PAIR;
  extendPairCross(cross + PAIR_COLUMNS, cross, head, POWERS + <usize>round * PAIR);
}

function beginRow(n: i32, round: i32, row: usize): usize {
  const pairs = min(n, round + 1);
  const first = <usize>(round + 1 - pairs);
  return sumUpPairs(
    row, pairs, HEADS + (<usize>(n - 1) + first) * PAIR, POWERS + first * PAIR, PAIR, CROSS + first * PAIR_COLUMNS,
    n - pairs, HEADS + <usize>round * PAIR,
  );
}

function partialRounds(t: i32, rounds: i32, constants: usize, rows: usize): void {
  const n = t - 1;
  memory.copy(POWERS, STATE, PAIR);
  crossState(t);
  for (let i = 0; i < n; i++) rows = stateRow(HEADS + <usize>i * PAIR, t, rows);
  for (let round = 0; round < rounds; round++) {
    const head = HEADS + <usize>(round + n) * PAIR;
    const power = POWERS + <usize>(round + 1) * PAIR;
    crossHead(n, round);
    sbox(power, head - PAIR, constants + <usize>round * ELEMENT);
    rows = beginRow(n, round, rows);
    addPair(power);
    endPairSum(head);
  }
  crossHead(n, rounds);
  memory.copy(STATE, HEADS + <usize>(rounds + n - 1) * PAIR, PAIR);
  for (let i = 1; i < t; i++) {
    rows = beginRow(n, rounds, rows);
    endPairSum(STATE + <usize>i * PAIR);
  }
}

function permute(t: i32): void {
  const row = <usize>t * ELEMENT;
  const rounds = partialRoundsOf(t);
  let constants = constantsOf(t) + row;
  const matrix = constants + 7 * row + <usize>rounds * ELEMENT;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    raise(t, constants);
    mix(t, matrix);
    constants += row;
  }
  raise(t, constants);
  constants += row;
  partialRounds(t, rounds, constants, matrix + row * <usize>(t + 1));
  constants += <usize>rounds * ELEMENT;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    raise(t, constants);
    mix(t, matrix);
    constants += row;
  }
  for (let i = 0; i < t; i++) {
    const pair = STATE + <usize>i * PAIR;
    squarePair(POWER, pair);
    squarePair(POWER, POWER);
    multiplyPairs(pair, POWER, pair);
  }
  crossState(t);
  stateRow(MIXED, t, matrix);
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
