// Which table runs on this CPU.
#include "linear_blocks.h"

// Best first.
static const ck_linear_table *candidate(int i) {
    switch (i) {
    case 0: return ck_linear_avx512(2);
    case 1: return ck_linear_avx512(1);
    case 2: return ck_linear_avx512(0);
    case 3: return ck_linear_avx2(1);
    case 4: return ck_linear_avx2(0);
    case 5: return ck_linear_neon(3);
    case 6: return ck_linear_neon(2);
    case 7: return ck_linear_neon(1);
    case 8: return ck_linear_neon(0);
    case 9: return ck_linear_portable();
    default: return NULL;
    }
}

enum { CANDIDATES = 10 };

const ck_linear_table *ck_linear_runnable(int i) {
    for (int c = 0; c < CANDIDATES; c++) {
        const ck_linear_table *table = candidate(c);
        if (table && i-- == 0) return table;
    }
    return NULL;
}

const ck_linear_table *ck_linear_best(void) { return ck_linear_runnable(0); }

const ck_linear_table *ck_linear_named(const char *name) {
    for (int c = 0; c < CANDIDATES; c++) {
        const ck_linear_table *table = candidate(c);
        if (table && strcmp(table->name, name) == 0) return table;
    }
    return NULL;
}
