/**
 * Chains that live on somebody's own machine: anvil's and hardhat's number, and geth's and ganache's. Only there
 * may forgeable development keys and a token that anybody mints be deployed.
 */
const LOCAL_CHAIN_IDS: readonly bigint[] = [31337n, 1337n];

export const isLocalChain = (chainId: bigint): boolean => LOCAL_CHAIN_IDS.includes(chainId);
