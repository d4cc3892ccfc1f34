// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

using TakenBack for Stretch global;

/// @notice Batches up to `until` that ended at machine times from `since` on.
struct Stretch {
    uint64 until;
    uint64 since;
}

/// @notice What reverts took back. It was committed in time once, and may come again however late.
library TakenBack {
    /// @notice Takes back the batches `from`, which ended at `time`, to `last`. What came again may be taken back once more
    /// before the rest came: then all of it may come.
    function extend(Stretch storage stretch, uint64 from, uint64 time, uint64 last) internal {
        (uint64 until, uint64 since) = (stretch.until, stretch.since);
        if (from > until || time < since) since = time;
        if (last > until) until = last;
        (stretch.until, stretch.since) = (until, since);
    }

    /// @notice When a batch may have ended, if `bound` is what holds for one that was never committed.
    function earliest(Stretch storage stretch, uint64 number, uint256 bound) internal view returns (uint256) {
        (uint64 until, uint64 since) = (stretch.until, stretch.since);
        return number <= until && since < bound ? since : bound;
    }
}
