pragma circom 2.2.0;
include "account.circom";
include "authority.circom";
include "compare.circom";
include "effects.circom";
include "globals.circom";
include "limits.circom";
include "list.circom";
include "margin.circom";
include "match.circom";
include "order.circom";
include "place.circom";
include "selected-market.circom";
include "tick.circom";

// The rules of one step, without the trees: from registers, markets, a word, and two opened accounts with one
// order each, to what all of them are afterwards. The counterparty's account is as before the step; the active
// account is as the counterparty's change left it (they may be the same).
// Which kind of step it is follows from the state and the word alone.
template StepRules(markets) {
    input Machine() machine;
    input Market() market[markets];
    signal input word;
    signal input counterpartyIndex;
    signal input counterpartySlot;
    input Account(markets) counterparty;
    signal input counterpartyLeaf;
    signal input activeIndex;
    signal input activeSlot;
    input Account(markets) active;
    signal input activeLeaf;
    signal input publicKey[2];
    signal input r8[2];
    signal input s;
    output Machine() machineAfter;
    output Market() marketAfter[markets];
    output Account(markets) counterpartyAfter;
    signal output counterpartyLeafAfter;
    output Account(markets) activeAfter;
    signal output activeLeafAfter;
    // Neither a taker nor a word.
    signal output isNoOp;

    // --- The word, and who acts -------------------------------------------------------------------------------
    // While a taker is active no word is consumed.
    signal wordIsZero <== IsZero()(word);
    machine.taker.active * (1 - wordIsZero) === 0;
    isNoOp <== (1 - machine.taker.active) * wordIsZero;
    component decode = DecodeWord();
    decode.in <== word;
    component kindOf = KindOf();
    kindOf.word <== decode.out;
    Kind() kind <== kindOf.out;

    // The active account is the taker's or the one the word names; free where the step concerns none.
    signal named <== kind.signed + kind.expire + kind.deposit + kind.register;
    named * (activeIndex - decode.out.account) === 0;
    named * (activeSlot - decode.out.slot) === 0;
    machine.taker.active * (activeIndex - machine.taker.account) === 0;
    machine.taker.active * (activeSlot - machine.taker.slot) === 0;

    // --- The candidate: the active taker, else the order in the word ------------------------------------------
    Taker() candidate;
    candidate.active <== machine.taker.active;
    candidate.account <== activeIndex;
    candidate.slot <== activeSlot;
    candidate.market <== Choose()(machine.taker.active, machine.taker.market, decode.out.market);
    candidate.side <== Choose()(machine.taker.active, machine.taker.side, decode.out.side);
    candidate.immediateOrCancel <== Choose()(
        machine.taker.active, machine.taker.immediateOrCancel, decode.out.immediateOrCancel
    );
    candidate.reduceOnly <== Choose()(machine.taker.active, machine.taker.reduceOnly, decode.out.reduceOnly);
    candidate.price <== Choose()(machine.taker.active, machine.taker.price, decode.out.price);
    candidate.remaining <== Choose()(machine.taker.active, machine.taker.remaining, decode.out.size);
    candidate.expiry <== Choose()(machine.taker.active, machine.taker.expiry, decode.out.expiry);

    // --- Orders, accounts, the market --------------------------------------------------------------------------
    component counterpartyOrder = UnpackOrder();
    counterpartyOrder.in <== counterpartyLeaf;
    component activeOrder = UnpackOrder();
    activeOrder.in <== activeLeaf;
    component counterpartySigns = UnpackSigns(markets);
    counterpartySigns.account <== counterparty;
    component activeSigns = UnpackSigns(markets);
    activeSigns.account <== active;

    signal unlinks <== kind.cancel + kind.expire;
    signal isFresh[markets] <== Freshness(markets)(machine.time, market);
    component select = SelectMarket(markets);
    select.index <== Choose()(unlinks, activeOrder.out.market, candidate.market);
    select.side <== Choose()(unlinks, activeOrder.out.side, candidate.side);
    select.market <== market;
    select.isFresh <== isFresh;

    component position[2];
    component margin[2];
    for (var i = 0; i < 2; i++) {
        position[i] = SelectPosition(markets);
        position[i].isMarket <== select.isMarket;
        position[i].fundingIndex <== select.out.fundingIndex;
        position[i].magnitudes <== i == 0 ? counterparty.magnitudes : active.magnitudes;
        position[i].signs <== i == 0 ? counterpartySigns.signs : activeSigns.signs;
        position[i].sizes <== i == 0 ? counterpartySigns.sizes : activeSigns.sizes;
        position[i].fundings <== i == 0 ? counterparty.fundings : active.fundings;
        margin[i] = Margin(markets);
        margin[i].collateral <== i == 0 ? counterparty.collateral : active.collateral;
        margin[i].sizes <== i == 0 ? counterpartySigns.sizes : activeSigns.sizes;
        margin[i].magnitudes <== i == 0 ? counterparty.magnitudes : active.magnitudes;
        margin[i].fundings <== i == 0 ? counterparty.fundings : active.fundings;
        for (var m = 0; m < markets; m++) {
            margin[i].prices[m] <== market[m].oraclePrice;
            margin[i].fundingIndices[m] <== market[m].fundingIndex;
            margin[i].initialFractions[m] <== market[m].parameters.initialFraction;
            margin[i].maintenanceFractions[m] <== market[m].parameters.maintenanceFraction;
        }
    }

    // Money leaves, and risk grows, only at prices that are known.
    signal isValued[2];
    isValued[0] <== Valued(markets)(counterparty.magnitudes, isFresh);
    isValued[1] <== Valued(markets)(active.magnitudes, isFresh);

    // --- Authority: signature, nonce, fee, key -----------------------------------------------------------------
    component authority = Authority(markets);
    authority.word <== decode.out;
    authority.kind <== kind;
    authority.account <== active;
    authority.time <== machine.time;
    authority.domain <== machine.domain;
    authority.requestFee <== machine.requestFee;
    authority.payloadHigh <== machine.payloadHigh;
    authority.payloadLow <== machine.payloadLow;
    authority.equity <== margin[1].equity;
    authority.publicKey <== publicKey;
    authority.r8 <== r8;
    authority.s <== s;
    signal equity <== margin[1].equity - authority.paid;

    // --- A hypothetical fill with the maker at the other side's head -------------------------------------------
    signal direction <== 1 - 2 * candidate.side;
    signal reach <== direction * (candidate.price - select.out.opposite.price);
    signal reaches <== IsNonNegative(PRICE_BITS())(reach);
    signal crosses <== reaches * select.out.opposite.has;

    component makerLife = OrderLife();
    makerLife.order <== counterpartyOrder.out;
    makerLife.generation <== counterpartySigns.generation;
    makerLife.time <== machine.time;
    signal makerReducible <== Reducible()(counterpartyOrder.out.side, position[0].out);
    signal takerReducible <== Reducible()(candidate.side, position[1].out);
    signal makerFlat <== IsZero()(makerReducible);
    signal takerFlat <== IsZero()(takerReducible);
    signal makerIdle <== counterpartyOrder.out.reduceOnly * makerFlat;
    signal takerIdle <== candidate.reduceOnly * takerFlat;
    signal lots <== MatchLots()(
        candidate.remaining, candidate.reduceOnly, takerReducible,
        counterpartyOrder.out.remaining, counterpartyOrder.out.reduceOnly, makerReducible
    );
    signal cost <== lots * counterpartyOrder.out.price;
    signal paidByTaker <== direction * cost;

    // --- Collateral: what the step would do to both, and whether it stays in range ------------------------------
    signal places <== kind.place + machine.taker.active;
    signal takesOut <== kind.withdraw + kind.transfer;
    signal putsIn <== kind.deposit + kind.register;
    signal tradeActive <== places * (-position[1].out.owed - paidByTaker);
    signal moneyActive <== (putsIn - takesOut) * decode.out.amount;
    signal deltaActive <== tradeActive + moneyActive;
    signal tradeCounterparty <== places * (paidByTaker - position[0].out.owed);
    signal deltaCounterparty <== tradeCounterparty + kind.transfer * decode.out.amount;
    signal activeFits <== WithinCollateral()(active.collateral - authority.paid + deltaActive);
    signal counterpartyFits <== WithinCollateral()(counterparty.collateral + deltaCounterparty);
    component custody = Custody();
    custody.in <== machine.custody + (putsIn - kind.withdraw) * decode.out.amount;

    // --- Place, or carry on ---------------------------------------------------------------------------------
    // If the counterparty is the same account (self-trade), this very step may give back what its order at the head
    // holds; the request is judged by what was reserved before, which the counterparty's opening still shows.
    signal sameAccount <== IsEqual()([counterpartyIndex, activeIndex]);
    signal makerPerLot <== RequirementPerLot()(counterpartyOrder.out, makerLife.isCurrent);
    signal makerHeld <== counterpartyOrder.out.remaining * makerPerLot;
    signal makerReleases <== lots * makerPerLot;
    signal reserved <== Choose()(sameAccount, counterparty.reserved, active.reserved);
    signal orderValue <== candidate.remaining * candidate.price;
    signal orderRequirement <== orderValue * select.out.initialFraction;
    signal more <== Choose()(takesOut, decode.out.amount * FRACTION_ONE(), orderRequirement);
    signal covered <== Covers()(equity, margin[1].initial, reserved, more);
    signal carries <== Choose()(candidate.reduceOnly, 1 - takerFlat, covered);
    // Likewise the slot: an own order at the head that this step removes may lie in the very slot of the new order.
    signal sameSlot <== IsEqual()([counterpartySlot, activeSlot]);
    signal sameOrder <== sameAccount * sameSlot;
    signal slotOccupied <== Choose()(sameOrder, counterpartyOrder.out.occupied, activeOrder.out.occupied);
    component place = PlaceChecks();
    place.order <== candidate;
    place.postOnly <== decode.out.postOnly;
    place.market <== select.out;
    place.time <== machine.time;
    place.slotOccupied <== slotOccupied;
    place.isValued <== isValued[1];
    place.carries <== carries;
    place.crosses <== crosses;
    signal placeOk <== AllOf(3)([kind.place, authority.permitted, place.isOk]);
    signal takes <== machine.taker.active + placeOk;
    signal isMatch <== takes * crosses;
    signal finishes <== takes - isMatch;
    signal rest <== AllOf(3)([finishes, 1 - candidate.immediateOrCancel, carries]);

    // --- Match: the maker is the head, nobody else ---------------------------------------------------------------
    isMatch * (counterpartyIndex - select.out.opposite.account) === 0;
    isMatch * (counterpartySlot - select.out.opposite.slot) === 0;
    component match = Match();
    match.isMatch <== isMatch;
    match.lots <== lots;
    match.takerSide <== candidate.side;
    match.price <== counterpartyOrder.out.price;
    match.market <== select.out;
    match.maker.position <== position[0].out;
    match.maker.equity <== margin[0].equity;
    match.maker.initial <== margin[0].initial;
    match.maker.maintenance <== margin[0].maintenance;
    match.maker.reserved <== counterparty.reserved - makerReleases;
    match.maker.collateralFits <== counterpartyFits;
    match.taker.position <== position[1].out;
    match.taker.equity <== equity;
    match.taker.initial <== margin[1].initial;
    match.taker.maintenance <== margin[1].maintenance;
    match.taker.reserved <== active.reserved;
    match.taker.collateralFits <== activeFits;
    match.makerDead <== makerLife.isDead;
    match.sameAccount <== sameAccount;
    match.makerIdle <== makerIdle;
    match.makerIsValued <== isValued[0];
    match.takerIdle <== takerIdle;
    signal removedHeld <== match.remove * makerHeld;

    // --- The other requests ----------------------------------------------------------------------------------
    Verdict() verdict;
    component activeLife = OrderLife();
    activeLife.order <== activeOrder.out;
    activeLife.generation <== activeSigns.generation;
    activeLife.time <== machine.time;
    signal cancelOk <== AllOf(3)([kind.cancel, authority.permitted, activeOrder.out.occupied]);
    signal expireOk <== AllOf(3)([kind.expire, activeOrder.out.occupied, activeLife.isDead]);
    signal lastGeneration <== IsEqual()([activeSigns.generation, (1 << GENERATION_BITS()) - 1]);
    verdict.cancelAll <== AllOf(3)([kind.cancelAll, authority.permitted, 1 - lastGeneration]);
    verdict.withdraw <== AllOf(6)([
        kind.withdraw, authority.permitted, activeFits, isValued[1], covered, custody.isCovered
    ]);
    signal noTarget <== IsZero()(decode.out.target);
    signal selfTarget <== IsEqual()([decode.out.target, decode.out.account]);
    signal targetExists <== IsNonNegative(ACCOUNT_BITS() + 1)(machine.nextAccount - decode.out.target - 1);
    signal receives <== AllOf(5)([kind.transfer, authority.permitted, 1 - noTarget, 1 - selfTarget, targetExists]);
    receives * (counterpartyIndex - decode.out.target) === 0;
    verdict.transfer <== AllOf(5)([receives, activeFits, counterpartyFits, isValued[1], covered]);
    signal lastVersion <== IsEqual()([authority.keyVersion, (1 << KEY_VERSION_BITS()) - 1]);
    verdict.setTradingKey <== AllOf(3)([kind.setTradingKey, authority.permitted, 1 - lastVersion]);
    signal accountZero <== IsZero()(decode.out.account);
    signal accountExists <== IsNonNegative(ACCOUNT_BITS() + 1)(machine.nextAccount - decode.out.account - 1);
    verdict.deposit <== AllOf(5)([kind.deposit, 1 - accountZero, accountExists, activeFits, custody.isWithin]);
    signal isTurn <== IsEqual()([decode.out.account, machine.nextAccount]);
    verdict.register <== kind.register * isTurn;
    component tick = Tick(markets);
    tick.word <== decode.out;
    tick.time <== machine.time;
    tick.market <== market;
    verdict.tick <== kind.tick * tick.isOk;
    verdict.unlink <== cancelOk + expireOk;
    verdict.paid <== authority.paid;
    verdict.lots <== lots;
    verdict.fill <== match.fill;
    verdict.remove <== match.remove;
    verdict.rest <== rest;
    verdict.makerDone <== IsEqual()([lots, counterpartyOrder.out.remaining]);
    verdict.takerDone <== IsEqual()([lots, candidate.remaining]);

    // Accepted or refused is what the rules say; a dropped word is of no kind.
    signal accepted <== placeOk + cancelOk + expireOk + verdict.cancelAll + verdict.withdraw + verdict.transfer
        + verdict.setTradingKey + verdict.deposit + verdict.register + verdict.tick + kind.payloadHigh
        + kind.payloadLow;
    decode.out.refused === 1 - wordIsZero - accepted - decode.out.dropped;

    // --- The lists -----------------------------------------------------------------------------------------------
    component insertion = Insertion();
    insertion.rest <== rest;
    insertion.order <== candidate;
    insertion.market <== select.out;
    insertion.predecessor <== counterpartyOrder.out;
    component removal = Removal();
    removal.unlink <== verdict.unlink;
    removal.name <== activeIndex + (1 << ACCOUNT_BITS()) * activeSlot;
    removal.market <== select.out;
    removal.predecessor <== counterpartyOrder.out;
    verdict.restBehind <== insertion.behind;
    verdict.unlinkBehind <== removal.behind;
    signal toActive <== PackLink()(activeIndex, activeSlot, candidate.price);

    // --- After: orders ---------------------------------------------------------------------------------------------
    component makerLeaf = CounterpartyLeaf();
    makerLeaf.verdict <== verdict;
    makerLeaf.order <== counterpartyOrder.out;
    makerLeaf.toActive <== toActive;
    makerLeaf.beyondActive <== activeOrder.out.next.packed;
    counterpartyLeafAfter <== makerLeaf.out;
    component ownLeaf = ActiveLeaf();
    ownLeaf.verdict <== verdict;
    ownLeaf.before <== activeOrder.out;
    ownLeaf.order <== candidate;
    ownLeaf.generation <== activeSigns.generation;
    ownLeaf.fraction <== select.out.initialFraction;
    ownLeaf.next <== Choose()(verdict.restBehind, counterpartyOrder.out.next.packed, select.out.own.packed);
    activeLeafAfter <== ownLeaf.out;

    // --- After: accounts -------------------------------------------------------------------------------------------
    component filled[2];
    for (var i = 0; i < 2; i++) {
        filled[i] = FilledAccount(markets);
        filled[i].fill <== match.fill;
        filled[i].isMarket <== select.isMarket;
        filled[i].position <== position[i].out;
        filled[i].fundingIndex <== select.out.fundingIndex;
    }
    filled[0].account <== counterparty;
    filled[0].magnitudeAfter <== match.makerMagnitude;
    filled[0].signAfter <== match.makerSign;
    filled[1].account <== active;
    filled[1].magnitudeAfter <== match.takerMagnitude;
    filled[1].signAfter <== match.takerSign;

    counterpartyAfter.ownerKey <== counterparty.ownerKey;
    counterpartyAfter.tradingKey <== counterparty.tradingKey;
    counterpartyAfter.packedKey <== counterparty.packedKey;
    counterpartyAfter.collateral <== counterparty.collateral + (match.fill + verdict.transfer) * deltaCounterparty;
    signal filledRelease <== match.fill * makerReleases;
    counterpartyAfter.reserved <== counterparty.reserved - filledRelease - removedHeld;
    counterpartyAfter.packedNonces <== counterparty.packedNonces;
    counterpartyAfter.packedSigns <== counterparty.packedSigns + filled[0].signsDelta;
    counterpartyAfter.magnitudes <== filled[0].magnitudes;
    counterpartyAfter.fundings <== filled[0].fundings;

    // The halves of a new key: of the L1 queue for a registration, of signed payloads for a trading key.
    signal newOwnerKey <== machine.l1PayloadHigh * (1 << 128) + machine.l1PayloadLow;
    signal newTradingKey <== machine.payloadHigh * (1 << 128) + machine.payloadLow;
    // A new trading key has used no nonce.
    signal newPackedKey <== authority.keyVersion + 1 + decode.out.slot * (1 << 16) + decode.out.expiry * (1 << 24);
    activeAfter.ownerKey <== Choose()(verdict.register, newOwnerKey, active.ownerKey);
    activeAfter.tradingKey <== Choose()(verdict.setTradingKey, newTradingKey, active.tradingKey);
    activeAfter.packedKey <== Choose()(verdict.setTradingKey, newPackedKey, authority.packedKeyAfter);
    signal applied <== match.fill + verdict.withdraw + verdict.transfer + verdict.deposit + verdict.register;
    signal appliedDelta <== applied * deltaActive;
    activeAfter.collateral <== active.collateral - authority.paid + appliedDelta;
    signal activePerLot <== RequirementPerLot()(activeOrder.out, activeLife.isCurrent);
    signal activeHeld <== activeOrder.out.remaining * activePerLot;
    signal unlinkRelease <== verdict.unlink * activeHeld;
    signal restHolds <== rest * (1 - candidate.reduceOnly);
    signal restReserve <== restHolds * orderRequirement;
    activeAfter.reserved <== (active.reserved + restReserve - unlinkRelease) * (1 - verdict.cancelAll);
    activeAfter.packedNonces <== authority.packedNoncesAfter;
    activeAfter.packedSigns <== active.packedSigns + filled[1].signsDelta + verdict.cancelAll * (1 << 8);
    activeAfter.magnitudes <== filled[1].magnitudes;
    activeAfter.fundings <== filled[1].fundings;

    // --- After: registers and markets ---------------------------------------------------------------------------
    component registers = MachineAfter();
    registers.before <== machine;
    registers.word <== decode.out;
    registers.verdict <== verdict;
    registers.taker <== candidate;
    registers.payloadHigh <== kind.payloadHigh;
    registers.payloadLow <== kind.payloadLow;
    registers.consumesL1 <== decode.out.l1;
    machineAfter <== registers.after;

    component heads = Heads(markets);
    heads.verdict <== verdict;
    heads.isMarket <== select.isMarket;
    heads.side <== select.side;
    heads.market <== select.out;
    heads.makerCleared <== makerLeaf.cleared;
    heads.makerNext <== counterpartyOrder.out.next.packed;
    heads.toActive <== toActive;
    heads.beyondActive <== activeOrder.out.next.packed;
    heads.before <== market;
    signal clearing <== match.fill * (position[0].out.owed + position[1].out.owed);
    signal interest <== match.fill * (match.openInterest - select.out.openInterest);
    signal fresh[markets];
    for (var m = 0; m < markets; m++) {
        fresh[m] <== verdict.tick * decode.out.tickFresh[m];
        marketAfter[m].oraclePrice <== Choose()(verdict.tick, tick.prices[m], market[m].oraclePrice);
        marketAfter[m].oracleTime <== Choose()(fresh[m], decode.out.tickTime, market[m].oracleTime);
        marketAfter[m].fundingIndex <== market[m].fundingIndex;
        marketAfter[m].fundingClearing <== market[m].fundingClearing + select.isMarket[m] * clearing;
        marketAfter[m].premiumAccumulator <== market[m].premiumAccumulator;
        marketAfter[m].openInterest <== market[m].openInterest + select.isMarket[m] * interest;
        marketAfter[m].insurance <== market[m].insurance;
        marketAfter[m].bestBid <== heads.bestBid[m];
        marketAfter[m].bestAsk <== heads.bestAsk[m];
        marketAfter[m].parameters <== market[m].parameters;
    }
}
