// Every table this CPU can run against the portable one, over formats, shapes and ways to split the work.
// Stands alone, so that it also runs under an emulator. Exit status 1 and a line per difference.
//   Benchmarks/kernels/run check [table...]   only these, which must run
#include "ck_linear.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    ck_format format;
    const char *name;
    int64_t columns;
    size_t bytes;
    int64_t scale_rows, scale_columns;  // of scales that lie apart, 0: none
} formats[] = {
    {CK_F32, "F32", 1, 4, 0, 0}, {CK_F16, "F16", 1, 2, 0, 0}, {CK_BF16, "BF16", 1, 2, 0, 0},
    {CK_Q8_0, "Q8_0", 32, 34, 0, 0}, {CK_Q4_0, "Q4_0", 32, 18, 0, 0}, {CK_Q4_1, "Q4_1", 32, 20, 0, 0},
    {CK_Q5_0, "Q5_0", 32, 22, 0, 0}, {CK_Q5_1, "Q5_1", 32, 24, 0, 0}, {CK_IQ4_NL, "IQ4_NL", 32, 18, 0, 0},
    {CK_Q2_K, "Q2_K", 256, 84, 0, 0}, {CK_Q3_K, "Q3_K", 256, 110, 0, 0}, {CK_Q4_K, "Q4_K", 256, 144, 0, 0},
    {CK_Q5_K, "Q5_K", 256, 176, 0, 0}, {CK_Q6_K, "Q6_K", 256, 210, 0, 0}, {CK_MXFP4, "MXFP4", 32, 17, 0, 0},
    {CK_E2M1, "E2M1", 32, 16, 1, 32}, {CK_F8_E4M3, "F8_E4M3", 1, 1, 0, 0},
    {CK_F8_E4M3, "F8_E4M3 128 x 128", 1, 1, 128, 128}, {CK_F8_E4M3, "F8_E4M3 16 x 32", 1, 1, 16, 32},
    {CK_F8_E4M3, "F8_E4M3 7 x 50", 1, 1, 7, 50}, {CK_F8_E4M3, "F8_E4M3 rows", 1, 1, 1, 1 << 20},
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static uint64_t state = 1;
static uint32_t next(void) { return (uint32_t)((state = state * 6364136223846793005u + 1442695040888963407u) >> 33); }
static float real(void) { return (float)((double)next() / 0x1p30 - 1); }

// Halves between about 0.001 and 0.1, of both signs.
static uint16_t small_half(void) { return (uint16_t)((next() & 0x8000) | (0x1400 + next() % 0x1a00)); }

static void random_weight(int f, uint8_t *w, int64_t elements) {
    size_t bytes = (size_t)(elements / formats[f].columns) * formats[f].bytes;
    for (size_t i = 0; i < bytes; i++) w[i] = (uint8_t)next();
    for (int64_t b = 0; b < elements / formats[f].columns; b++) {
        uint8_t *p = w + (size_t)b * formats[f].bytes;
        float v = real();
        uint32_t u;
        memcpy(&u, &v, 4);
        uint16_t top = (uint16_t)(u >> 16), d = small_half(), m = small_half();
        switch (formats[f].format) {
        case CK_F32: memcpy(p, &v, 4); break;
        case CK_BF16: memcpy(p, &top, 2); break;
        case CK_F16: memcpy(p, &d, 2); break;
        case CK_Q2_K: memcpy(p + 80, &d, 2); memcpy(p + 82, &m, 2); break;
        case CK_Q3_K: memcpy(p + 108, &d, 2); break;
        case CK_Q6_K: memcpy(p + 208, &d, 2); break;
        case CK_Q4_1: case CK_Q5_1: case CK_Q4_K: case CK_Q5_K: memcpy(p, &d, 2); memcpy(p + 2, &m, 2); break;
        case CK_F8_E4M3: if ((p[0] & 0x7f) == 0x7f) p[0] ^= 1; break;
        case CK_MXFP4: p[0] = (uint8_t)(120 + next() % 8); break;
        case CK_E2M1: break;
        default: memcpy(p, &d, 2); break;
        }
    }
}

static void *room(size_t bytes) { return aligned_alloc(64, (bytes + 127) / 64 * 64); }

// Ranges are split into pieces, as threads would.
static void product(const ck_linear_table *t, const ck_plan *p, const void *w, const ck_scales *scales, const float *x,
                    int64_t m, bool split, const float *bias, float *y) {
    int64_t nstep = split ? p->row_group : p->n, mstep = split ? p->token_group : m;
    void *packed = p->packed_bytes ? room(p->packed_bytes) : NULL,
         *prepared = room(t->prepared_bytes(p->activation, m, p->k));
    for (int64_t m0 = 0; m0 < m; m0 += mstep)
        t->prepare(p->activation, x, p->k + 3, m, p->k, m0, m0 + mstep < m ? m0 + mstep : m, prepared);
    for (int64_t n0 = 0; n0 < p->n; n0 += nstep) {
        int64_t n1 = n0 + nstep < p->n ? n0 + nstep : p->n;
        if (packed) t->pack(p, w, scales->columns ? scales : NULL, packed, n0, n1);
    }
    for (int64_t n0 = 0; n0 < p->n; n0 += nstep) {
        int64_t n1 = n0 + nstep < p->n ? n0 + nstep : p->n;
        t->multiply(p, packed ? packed : w, prepared, m, n0, n1, bias, y, p->n + 5);
    }
    free(packed);
    free(prepared);
}

static int failures;

static void check(const ck_linear_table *t, int f, int64_t n, int64_t k, int64_t m, bool float32) {
    const ck_linear_table *twin = ck_linear_named("portable");
    ck_plan p, q;
    if (!t->plan(formats[f].format, n, k, formats[f].scale_columns, float32, &p) ||
        !twin->plan(formats[f].format, n, k, formats[f].scale_columns, float32, &q)) {
        printf("%s %s: no plan\n", t->name, formats[f].name);
        failures++;
        return;
    }
    // Exactly as long as the weight, so that a read past the end is seen by a sanitiser.
    uint8_t *w = malloc((size_t)(n * k / formats[f].columns) * formats[f].bytes);
    random_weight(f, w, n * k);
    ck_scales scales = {NULL, formats[f].format == CK_E2M1 ? CK_SCALE_E8M0 : CK_SCALE_F32, formats[f].scale_rows,
                        formats[f].scale_columns};
    const int64_t in_row = scales.columns ? (k - 1) / scales.columns + 1 : 0;
    const int64_t count = in_row ? ((n - 1) / scales.rows + 1) * in_row : 0;
    float *factors = malloc(4 * (size_t)count + 4);
    for (int64_t i = 0; i < count; i++) {
        factors[i] = 0.1f * real();
        if (formats[f].format == CK_E2M1) ((uint8_t *)factors)[i] = (uint8_t)(120 + next() % 8);
    }
    scales.data = factors;
    float *x = malloc(4 * (size_t)(m * (k + 3))), *bias = malloc(4 * (size_t)n);
    for (int64_t i = 0; i < m * (k + 3); i++) x[i] = real() * (next() % 50 == 0 ? 20 : 1);
    for (int64_t i = 0; i < n; i++) bias[i] = real();
    size_t out = (size_t)(m * (n + 5));
    float *y = malloc(4 * out), *split = malloc(4 * out), *alone = malloc(4 * out), *want = malloc(4 * out);
    for (size_t i = 0; i < out; i++) y[i] = split[i] = alone[i] = want[i] = 77;
    product(t, &p, w, &scales, x, m, false, bias, y);
    product(t, &p, w, &scales, x, m, true, bias, split);
    for (int64_t i = 0; i < m; i++) product(t, &p, w, &scales, x + i * (k + 3), 1, false, bias, alone + i * (n + 5));
    product(twin, &q, w, &scales, x, m, false, bias, want);
    // The tolerance is relative to the size of the sum's terms.
    double wide = 0;
    for (size_t i = 0; i < out; i++) if (fabs(want[i]) > wide) wide = fabs(want[i]);
    // bfloat16 twins differ only in order; float32 and Q8 likewise, but a bf16 product may meet float32 activations.
    double bound = wide * (p.activation != q.activation ? 1e-2 : 4e-6);
    double worst = 0;
    for (size_t i = 0; i < out; i++) worst = fmax(worst, isnan(y[i]) ? INFINITY : fabs((double)y[i] - want[i]));
    bool same = memcmp(y, split, 4 * out) == 0, invariant = memcmp(y, alone, 4 * out) == 0;
    if (!(worst <= bound) || !same || !invariant) {
        printf("%s %s%s n %ld k %ld m %ld: off by %g of %g%s%s\n", t->name, formats[f].name, float32 ? " float32" : "",
               (long)n, (long)k, (long)m, worst, bound, same ? "" : ", split differs",
               invariant ? "" : ", a row alone differs");
        failures++;
    }
    free(w), free(factors), free(x), free(bias), free(y), free(split), free(alone), free(want);
}

int main(int argc, char **argv) {
    static const char *const names[] = {"portable", "avx2", "avx2-vnni", "avx512", "avx512-vnni", "avx512-bf16-vnni",
                                        "neon", "neon-dotprod", "neon-bf16-dotprod", "neon-bf16-i8mm"};
    static const int64_t ns[] = {1, 15, 33, 160}, ms[] = {1, 2, 3, 5, 8, 13, 33};
    int seen = 0;
    for (size_t t = 0; t < sizeof names / sizeof names[0]; t++) {
        const ck_linear_table *table = ck_linear_named(names[t]);
        bool wanted = argc < 2;
        for (int i = 1; i < argc; i++) wanted |= strcmp(argv[i], names[t]) == 0;
        if (!wanted) continue;
        printf("%s%s\n", names[t], table ? "" : ": not on this CPU");
        seen += table != NULL;
        for (int f = 0; table && f < FORMATS; f++)
            for (size_t i = 0; i < 4; i++)
                for (size_t j = 0; j < 7; j++)
                    for (int float32 = 0; float32 < 2; float32++) {
                        int64_t block = formats[f].columns,
                                k = block == 1 ? (int64_t[]){1, 31, 96, 333}[i] : block * (int64_t)(1 + i);
                        check(table, f, ns[i], k, ms[j], float32);
                        // Rows so long that some tables add their sums up in parts.
                        if (block == 1 && i == 0) check(table, f, 9, 4131, ms[j], float32);
                        if (block == 32) check(table, f, ns[3 - i], 288, ms[j], float32);
                    }
        // Enough rows and columns that a product is done in several parts of both.
        for (int f = 0; table && f < FORMATS; f++) {
            check(table, f, 40, 1280, 101, false);
            check(table, f, 33, 8192, 31, false);
        }
    }
    if (argc > 1 && seen < argc - 1) printf("not all tables asked for are here\n"), failures++;
    printf("%s\n", failures ? "FAILED" : "all agree");
    return failures != 0;
}
