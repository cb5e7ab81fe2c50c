// Sums for linear_q8.h by an instruction that adds four products to each lane: dot4(sum, w, x, g) with x the codes of
// a row of activations, of which those of group g are meant.
INLINE void add_products(const ck_format f, const int width, const int count, const char *p, const int half,
                         const char *x, vi dot[MOST][X_REGISTERS]) {
    UNROLL for (int s = 0; s < (ck_layout(f).halves ? 4 : 8); s++) {
        const int g = group_of(f, half, s);
        UNROLL for (int v = 0; v < count; v++) {
            vb w = codes(f, p + 4 * VL * v, g);
            UNROLL for (int i = 0; i < width; i++) dot[v][i] = dot4(dot[v][i], w, x + i * CK_QK, g);
        }
    }
}
