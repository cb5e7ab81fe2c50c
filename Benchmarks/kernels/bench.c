// Speed of every format's product on one thread, beside a probe of what the machine gives at that moment.
//   Benchmarks/kernels/run [table] [n] [k] [format or all] [rows of activations...]
#include "ck_linear.h"
#include "measure.h"

static const struct {
    ck_format format;
    const char *name;
    int64_t columns;
    size_t bytes;
    int64_t scale_columns;  // of scales that lie apart, for 128 rows each
} formats[] = {
    {CK_BF16, "BF16", 1, 2, 0}, {CK_Q8_0, "Q8_0", 32, 34, 0}, {CK_Q4_0, "Q4_0", 32, 18, 0},
    {CK_Q4_1, "Q4_1", 32, 20, 0}, {CK_Q4_K, "Q4_K", 256, 144, 0}, {CK_Q6_K, "Q6_K", 256, 210, 0},
    {CK_Q5_0, "Q5_0", 32, 22, 0}, {CK_Q5_1, "Q5_1", 32, 24, 0}, {CK_IQ4_NL, "IQ4_NL", 32, 18, 0},
    {CK_Q2_K, "Q2_K", 256, 84, 0}, {CK_Q3_K, "Q3_K", 256, 110, 0}, {CK_Q5_K, "Q5_K", 256, 176, 0},
    {CK_F16, "F16", 1, 2, 0}, {CK_F32, "F32", 1, 4, 0}, {CK_F8_E4M3, "F8_E4M3", 1, 1, 128},
    {CK_MXFP4, "MXFP4", 32, 17, 0},
};

// Copies of the weight in turn, together larger than any cache.
enum { COPIES_BYTES = 192 << 20 };

int main(int argc, char **argv) {
    const ck_linear_table *t = argc > 1 ? ck_linear_named(argv[1]) : ck_linear_best();
    if (!t) return fprintf(stderr, "no table %s on this CPU\n", argv[1]), 1;
    int64_t n = argc > 2 ? atoll(argv[2]) : 8192, k = argc > 3 ? atoll(argv[3]) : 2048;
    enum { MOST = 16 };
    int64_t ms[MOST] = {1, 4, 8, 16, 32, 64, 512}, most = 1;
    int count = argc > 5 ? 0 : 7;
    for (int i = 5; i < argc && count < MOST; i++) ms[count++] = atoll(argv[i]);
    for (int i = 0; i < count; i++) if (ms[i] > most) most = ms[i];
    char *probe = room(PROBE_BYTES, 1);
    float *x = room((size_t)(most * k) * 4, 1), *y = room((size_t)(most * n) * 4, 1);
    for (int64_t i = 0; i < most * k; i++) x[i] = (float)(rand() % 2001 - 1000) / 1000;
    printf("%s, n %ld k %ld, one thread; read probe %.1f GB/s\n%-7s %9s %9s %9s", t->name, (long)n, (long)k,
           read_gbs(probe), "format", "pack GB/s", "prep GB/s", "few GB/s");
    for (int i = 0; i < count; i++) printf(" %6s%-4ld", "GF M=", (long)ms[i]);
    printf("\n");
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        if (argc > 4 && strcmp(argv[4], "all") != 0 && strcmp(argv[4], formats[f].name) != 0) continue;
        ck_plan p;
        if (!t->plan(formats[f].format, n, k, formats[f].scale_columns, false, &p)) continue;
        size_t bytes = (size_t)(n * k / formats[f].columns) * formats[f].bytes,
               kept = p.packed_bytes ? p.packed_bytes : bytes;
        int copies = (int)(COPIES_BYTES / kept) + 1;
        char *w = room(bytes, 1), *all = room(kept * (size_t)copies, 1),
             *prepared = room(t->prepared_bytes(p.activation, most, k), 1);
        const ck_scales scales = {x, CK_SCALE_F32, 128, formats[f].scale_columns};
        double pack = 0;
        for (int c = 0; c < copies; c++) {
            double start = now();
            if (p.packed_bytes) t->pack(&p, w, scales.columns ? &scales : NULL, all + (size_t)c * kept, 0, n);
            else memcpy(all + (size_t)c * kept, w, bytes);
            double gbs = (double)bytes / (now() - start) / 1e9;
            if (gbs > pack) pack = gbs;
        }
        double prep = 1e9, best[MOST];
        for (int i = 0; i < count; i++) {
            best[i] = 1e9;
            for (int r = 0; r < (ms[i] > 64 ? 3 : 12); r++) {
                double start = now();
                t->prepare(p.activation, x, k, ms[i], k, 0, ms[i], prepared);
                double middle = now();
                t->multiply(&p, all + (size_t)(r % copies) * kept, prepared, ms[i], 0, n, NULL, y, n);
                double end = now();
                if (end - middle < best[i]) best[i] = end - middle;
                if (ms[i] == most && middle - start < prep) prep = middle - start;
            }
        }
        printf("%-7s %9.2f %9.2f %9.1f", formats[f].name, pack, 4.0 * (double)(most * k) / prep / 1e9,
               (double)kept / best[0] / 1e9);
        for (int i = 0; i < count; i++) printf(" %10.1f", 2.0 * (double)(n * k * ms[i]) / best[i] / 1e9);
        printf("\n");
        fflush(stdout);
        free(w), free(all), free(prepared);
    }
    printf("read probe %.1f GB/s\n", read_gbs(probe));
    return 0;
}
