/**
 * How a node's process ends: when asked, by a fault, over its configuration, over its database; or because it has fallen so
 * far behind that it has to begin by a snapshot, which the next start does.
 */
export const ExitStatus = { stopped: 0, fault: 1, badConfig: 2, badStore: 3, farBehind: 4 } as const;
