pragma circom 2.2.0;

// The widths of sequencer/exchange/limits.ts; test/circuits/limits.test.ts compares the two.

function WORD_BITS() { return 248; }
function ACCOUNT_BITS() { return 20; }
function SLOT_BITS() { return 8; }
function MARKET_BITS() { return 4; }
function MAX_MARKETS() { return 8; }
function PRICE_BITS() { return 32; }
function SIZE_BITS() { return 32; }
function POSITION_BITS() { return 40; }
function AMOUNT_BITS() { return 64; }
function TIME_BITS() { return 32; }
function GENERATION_BITS() { return 24; }
function KEY_VERSION_BITS() { return 16; }
function SCOPE_BITS() { return 8; }
function NONCE_BITS() { return 32; }
function NONCE_BIT_BITS() { return 5; }
function FRACTION_ONE() { return 10000; }
function FRACTION_BITS() { return 14; }
function DELTA_BITS() { return 21; }
function COLLATERAL_BITS() { return 94; }
function CUSTODY_BITS() { return 96; }
function OPEN_INTEREST_BITS() { return 52; }
function PAYLOAD_BITS() { return 128; }
function HEADER_WORDS() { return 9; }

// Derived. Equity is below 2^97: collateral below 2^95 (COLLATERAL_BITS and the fees paid beyond), eight
// positions of 2^40 lots times (2^32 ticks + 2^41 quanta of funding).
function EQUITY_BITS() { return 97; }
// Equity scaled by FRACTION_ONE, minus requirements below 2^93 and an amount below 2^78.
function SCALED_EQUITY_BITS() { return 112; }
// Equity times a maintenance requirement below 2^90.
function RATIO_BITS() { return 188; }
