// Speed of attention on one thread: prompts in GFLOP/s of visible products, decode in GB/s of keys and values read.
//   Benchmarks/kernels/run attention [table] [head_dim] [heads per KV head]
#include "measure.h"
#include "ck_vector.h"

static const struct { ck_kv_dtype dtype; const char *name; } dtypes[] = {
    {CK_KV_BF16, "bf16"}, {CK_KV_I8, "int8"}, {CK_KV_F32, "f32"},
};

enum { CONTEXT = 8192, KV_HEADS = 8, GROUPS = CONTEXT / CK_KV_GROUP };

static float random_float(void) { return (float)(rand() % 2001 - 1000) / 500; }

int main(int argc, char **argv) {
    const ck_vector_table *t = argc > 1 && strcmp(argv[1], "best") ? ck_vector_named(argv[1]) : ck_vector_best();
    if (!t) return fprintf(stderr, "no table %s on this CPU\n", argv[1]), 1;
    const int64_t head_dim = argc > 2 ? atoll(argv[2]) : 64, heads = argc > 3 ? atoll(argv[3]) : 4;
    const int64_t tile = 64 / heads > 4 ? 64 / heads : 4, width = heads * head_dim;
    static const int64_t prompts[] = {512, 2048, 4096, 8192};
    char *probe = room(PROBE_BYTES, 0);
    float *query = room((size_t)(CONTEXT * width) * 4, 0), *out = room((size_t)(CONTEXT * width) * 4, 0);
    for (int64_t i = 0; i < CONTEXT * width; i++) query[i] = random_float();
    void *scratch = room(ck_attention_scratch_bytes(head_dim, tile * heads), 0);
    printf("%s, head_dim %ld, %ld query heads per KV head, one thread; read probe %.1f GB/s\n", t->name, (long)head_dim,
           (long)heads, read_gbs(probe));
    printf("%-6s %12s %12s %12s %12s %14s %14s\n", "cache", "512 GFLOP/s", "2048", "4096", "8192", "decode 8192",
           "decode 512");
    for (size_t f = 0; f < sizeof dtypes / sizeof dtypes[0]; f++) {
        const size_t group = ck_kv_group_bytes(dtypes[f].dtype, head_dim);
        // Requests in turn, together larger than any cache; a block holds the group of every KV head.
        const int64_t request_bytes = (int64_t)group * KV_HEADS * GROUPS;
        const int64_t requests = (192 << 20) / request_bytes + 1;
        uint8_t *cache = room((size_t)(request_bytes * requests), 0);
        int32_t *table = room(sizeof(int32_t) * (size_t)(GROUPS * requests), 0);
        for (int64_t i = 0; i < GROUPS * requests; i++) table[i] = (int32_t)i;
        float *key = room(2 * (size_t)head_dim * 4, 0);
        for (int64_t block = 0; block < GROUPS * requests; block++)
            for (int64_t head = 0; head < KV_HEADS; head++) {
                uint8_t *to = cache + (block * KV_HEADS + head) * (int64_t)group;
                if (block >= 64) {
                    memcpy(to, cache + (block % 64 * KV_HEADS + head) * (int64_t)group, group);
                    continue;
                }
                for (int offset = 0; offset < CK_KV_GROUP; offset++) {
                    for (int64_t d = 0; d < 2 * head_dim; d++) key[d] = random_float();
                    t->kv_store(dtypes[f].dtype, head_dim, to, offset, key, key + head_dim);
                }
            }
        ck_attention a = {
            .dtype = dtypes[f].dtype, .head_dim = head_dim, .cache = cache, .block_bytes = (int64_t)group * KV_HEADS,
            .groups_per_block = 1, .block_table = table, .query_stride = width, .num_heads = heads,
            .window = INT64_MAX, .scale = 0.125f, .out_stride = width, .scratch = scratch,
        };
        printf("%-6s", dtypes[f].name);
        for (size_t p = 0; p < sizeof prompts / sizeof prompts[0]; p++) {
            double best = 1e9;
            for (int r = 0; r < (prompts[p] > 4096 ? 2 : 4); r++) {
                double start = now();
                for (int64_t at = 0; at < prompts[p]; at += tile) {
                    a.position = at, a.num_tokens = tile;
                    a.query = query + at * width, a.out = out + at * width;
                    t->attend(&a);
                }
                double time = now() - start;
                if (time < best) best = time;
            }
            double pairs = 0.5 * (double)prompts[p] * (double)(prompts[p] + 1) * (double)heads;
            printf(" %12.1f", 4.0 * (double)head_dim * pairs / best / 1e9);
        }
        for (int64_t context = CONTEXT; context >= 512; context /= 16) {
            double best = 1e9;
            a.position = context - 1, a.num_tokens = 1, a.query = query, a.out = out;
            for (int r = 0; r < 4; r++) {
                double start = now();
                for (int64_t at = 0; at < requests * KV_HEADS; at++) {
                    a.block_table = table + at / KV_HEADS * GROUPS;
                    a.cache = cache + at % KV_HEADS * (int64_t)group;
                    t->attend(&a);
                }
                double time = now() - start;
                if (time < best) best = time;
            }
            double bytes = (double)(requests * KV_HEADS * (context / CK_KV_GROUP)) * (double)group;
            printf(" %9.1f GB/s", bytes / best / 1e9);
        }
        printf("\n");
        fflush(stdout);
        free(cache), free(table), free(key);
    }
    printf("read probe %.1f GB/s\n", read_gbs(probe));
    return 0;
}
