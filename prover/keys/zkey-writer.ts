/**
 * Makes a snarkjs Groth16 .zkey from a known set-up secret.
 *
 * Sections: 1 protocol, 2 header, 3 IC, 4 coefficients, 5 A, 6 B in G1, 7 B in G2, 8 C (snarkjs' name for
 * K of the private signals), 9 H, 10 contributions. Everything is streamed: at no time is more in memory
 * than the polynomials' values and a few chunks of points.
 */
import { createHash } from "node:crypto";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { loadCurveModule } from "./curve-module.ts";
import { lagrangeChunk } from "./lagrange.ts";
import { Multiplier } from "./multiplier.ts";
import { QapEvaluation, type ScalarRange } from "./qap.ts";
import { R1csFile, type R1csHeader } from "./r1cs.ts";
import { scalarOrder, toLittleEndian } from "./scalar.ts";
import { developmentFormat, type SetUpSecret } from "./secret.ts";
import { SectionWriter } from "./section-file.ts";

/** The field that the points' coordinates live in. */
const baseFieldOrder = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

export interface ZkeyOptions {
  readonly r1csPath: string;
  readonly zkeyPath: string;
  readonly secret: SetUpSecret;
  /** Kept in the file where a ceremony keeps the hash of its start. */
  readonly circuitHash: string;
  readonly threads?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

const groth16Protocol = 1;

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Writes the key and returns the number of constraints it was made for. */
export async function writeZkey(options: ZkeyOptions): Promise<number> {
  const r1cs = await R1csFile.open(options.r1csPath);
  try {
    const module = await loadCurveModule();
    const { signals, power } = r1cs.header;
    const expectedPoints = { G1: 3 * signals + 2 ** power, G2: signals };
    const multiplier = new Multiplier({ module, expectedPoints, threads: options.threads });
    const file = await SectionWriter.create(options.zkeyPath, "zkey", 10);
    try {
      await writeHeader(file, r1cs.header, options.secret, multiplier);
      const qap = await QapEvaluation.create(module, r1cs.header, options.secret);
      await writeCoefficients(file, r1cs, qap, options.onProgress);
      await writePoints(file, r1cs.header, qap, multiplier, options.onProgress);
      await writeContributions(file, options.circuitHash);
    } finally {
      await Promise.all([file.close(), multiplier.close()]);
    }
    return r1cs.header.constraints;
  } finally {
    await r1cs.close();
  }
}

async function writeHeader(
  file: SectionWriter,
  header: R1csHeader,
  secret: SetUpSecret,
  multiplier: Multiplier,
): Promise<void> {
  const { alpha, beta, gamma, delta } = secret;
  const inG1 = (scalar: bigint) => multiplier.multiply("G1", toLittleEndian(scalar));
  const inG2 = (scalar: bigint) => multiplier.multiply("G2", toLittleEndian(scalar));
  await file.begin(1);
  await file.write(u32(groth16Protocol));
  await file.end();
  await file.begin(2);
  for (const order of [baseFieldOrder, scalarOrder]) {
    await file.write(u32(32));
    await file.write(toLittleEndian(order));
  }
  await file.write(u32(header.signals));
  await file.write(u32(header.publicSignals));
  await file.write(u32(2 ** header.power));
  const points = [inG1(alpha), inG1(beta), inG2(beta), inG2(gamma), inG1(delta), inG2(delta)];
  for (const point of await Promise.all(points)) await file.write(point);
  await file.end();
}

async function writeCoefficients(
  file: SectionWriter,
  r1cs: R1csFile,
  qap: QapEvaluation,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const total = r1cs.header.constraints;
  const gathered: Uint8Array[] = [];
  let bytes = 0;
  const flush = async () => {
    await file.write(Buffer.concat(gathered));
    gathered.length = 0;
    bytes = 0;
  };
  await file.begin(4);
  await file.write(u32(0));
  const count = await qap.absorb(
    r1cs,
    async (entries) => {
      gathered.push(entries);
      bytes += entries.length;
      if (bytes > 1 << 22) await flush();
    },
    (done) => {
      if (done % 1024 === 0 || done === total) {
        onProgress?.({ phase: "evaluate", done, total, unit: "constraints" });
      }
    },
  );
  await flush();
  await file.patch(0, u32(count));
  await file.end();
}

interface PointSection {
  readonly number: number;
  readonly group: "G1" | "G2";
  readonly scalars: ScalarRange;
  readonly from: number;
  readonly to: number;
}

function pointSections(header: R1csHeader, qap: QapEvaluation): PointSection[] {
  const { a, b, k, h } = qap.scalars();
  const { signals, power } = header;
  const firstPrivate = header.publicSignals + 1;
  return [
    { number: 3, group: "G1", scalars: k, from: 0, to: firstPrivate },
    { number: 5, group: "G1", scalars: a, from: 0, to: signals },
    { number: 6, group: "G1", scalars: b, from: 0, to: signals },
    { number: 7, group: "G2", scalars: b, from: 0, to: signals },
    { number: 8, group: "G1", scalars: k, from: firstPrivate, to: signals },
    { number: 9, group: "G1", scalars: h, from: 0, to: 2 ** power },
  ];
}

async function writePoints(
  file: SectionWriter,
  header: R1csHeader,
  qap: QapEvaluation,
  multiplier: Multiplier,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const sections = pointSections(header, qap);
  const total = sections.reduce((sum, section) => sum + section.to - section.from, 0);
  let done = 0;
  for (const section of sections) {
    await file.begin(section.number);
    const inFlight: Promise<Uint8Array>[] = [];
    const writeOldest = async () => {
      const points = await (inFlight.shift() as Promise<Uint8Array>);
      await file.write(points);
      done += points.length / (section.group === "G1" ? 64 : 128);
      onProgress?.({ phase: "points", done, total, unit: "points" });
    };
    for (let from = section.from; from < section.to; from += lagrangeChunk) {
      const count = Math.min(lagrangeChunk, section.to - from);
      inFlight.push(multiplier.multiply(section.group, section.scalars(from, count)));
      // Two chunks per thread keep all busy; more would only take memory.
      if (inFlight.length >= 2 * multiplier.threads) await writeOldest();
    }
    while (inFlight.length > 0) await writeOldest();
    await file.end();
  }
}

/** No contributions; in place of the ceremony's start a hash that tells what this is. */
async function writeContributions(file: SectionWriter, circuitHash: string): Promise<void> {
  await file.begin(10);
  await file.write(createHash("sha512").update(`${developmentFormat} ${circuitHash}`).digest());
  await file.write(u32(0));
  await file.end();
}
