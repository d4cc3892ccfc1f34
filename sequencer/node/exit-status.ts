/** How a node's process ends: when asked, by a fault, over its configuration, over its database. */
export const ExitStatus = { stopped: 0, fault: 1, badConfig: 2, badStore: 3 } as const;
