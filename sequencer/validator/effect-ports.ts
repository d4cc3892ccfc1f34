/** Where the effects of the core go in a validator's node. */
import type { BlockDesk } from "./block-desk.ts";
import type { BlockServer } from "./block-server.ts";
import type { EffectPorts } from "./driver.ts";
import type { Executor } from "./executor.ts";
import type { Payloads } from "./payloads.ts";
import type { ValidatorParts } from "./validator-parts.ts";

export interface EffectTargets {
  readonly options: Pick<ValidatorParts, "outbox" | "clock" | "observers">;
  readonly desk: () => BlockDesk;
  readonly payloads: Payloads;
  readonly executor: Executor;
  readonly server: BlockServer;
}

export function effectPorts({ options, desk, payloads, executor, server }: EffectTargets): EffectPorts {
  const { outbox, clock, observers = {} } = options;
  return {
    send: (to, message) => outbox.send(to, message),
    broadcast: (message) => {
      if (message.kind === "proposal") desk().note(message.proposal.vote.block!, message.proposal.block);
      outbox.broadcast(message);
    },
    build: (effect) => desk().build(effect),
    validate: (effect) => desk().validate(effect),
    deliver: (effect) => {
      observers.onFinality?.(clock.nowMs() - effect.block.header.timeMs);
      desk().note(effect.hash, effect.block);
      executor.deliver(effect, payloads.open(effect.block.payload));
    },
    // The next one begins when this block is executed: a start from the disk then finds the epoch of the own votes.
    epochEnded: () => undefined,
    serveChain: ({ to, fromHeight }) => server.chainFrom(to, fromHeight),
    serveBlocks: ({ to, hashes }) => server.blocks(to, hashes),
    evidence: ({ evidence }) => observers.onEvidence?.(evidence),
    misconduct: ({ peer }) => outbox.misbehaved(peer),
  };
}
