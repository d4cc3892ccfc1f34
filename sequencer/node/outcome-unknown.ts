/**
 * This node stopped waiting for a request that it had taken: it closes, it has halted, or no block took the request in its
 * time. What became of it is not known here. Others may still execute it; its nonce lets that happen once.
 */
export class OutcomeUnknown extends Error {}
