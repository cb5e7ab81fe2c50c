// Rows side by side, as a product that is a convolution reads them.

static void unfold(const ck_unfold *u, float *restrict out) {
    const int64_t width = u->width, size = u->kernel_size;
    const bool inside = u->row >= u->first && u->row + size <= u->end;
    if (size == 3 && inside) {
        const float *a = u->base + u->row * width, *b = a + width, *c = b + width;
        for (int64_t i = 0; i < width; i++) {
            out[3 * i] = a[i];
            out[3 * i + 1] = b[i];
            out[3 * i + 2] = c[i];
        }
        return;
    }
    for (int64_t k = 0; k < size; k++) {
        const int64_t row = u->row + k;
        if (row >= u->first && row < u->end)
            for (int64_t i = 0; i < width; i++) out[i * size + k] = u->base[row * width + i];
        else
            for (int64_t i = 0; i < width; i++) out[i * size + k] = 0;
    }
}
