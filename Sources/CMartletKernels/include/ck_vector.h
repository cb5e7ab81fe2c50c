#ifndef CK_VECTOR_H
#define CK_VECTOR_H
// Everything of a step but the matrix products: norms, rotary, attention, activations, sampling scans.
//
// One table of function pointers per instruction set. Within a table every result depends on the row's own numbers
// only: how rows are grouped into calls changes nothing, not even the last bit.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ck_recurrence.h"

// How keys and values are stored.
typedef enum { CK_KV_F32 = 0, CK_KV_BF16 = 1, CK_KV_I8 = 2 } ck_kv_dtype;

// Positions whose keys and values lie together. With width = head_dim rounded up to 16, a group of one head is
//   float32: K [head_dim][16], V [16][width];
//   others:  K [head_dim / 2, rounded up][16][2], V [8][width][2], and for int8 float scales of K [16] and of V [16].
// Keys are transposed so that both products of attention run along the lanes without horizontal sums; the narrow types
// keep neighbours of each sum in pairs, as instructions that add two products to a lane want them.
enum { CK_KV_GROUP = 16 };

// Positions that softmax takes at once, counted from position 0 of the request.
enum { CK_ATTENTION_TILE = 64 };

// Positions whose softmax begins anew, counted likewise; the results of these chunks are merged in ascending order. So a
// long context can be shared among threads without another order of sums.
enum { CK_ATTENTION_CHUNK = 512 };

// Attention of some consecutive tokens of one request, for query heads that share one key/value head. In a cache of latent
// rows, that head's key is the row and its value the row's beginning.
typedef struct {
    ck_kv_dtype dtype;
    int64_t head_dim;
    const uint8_t *cache;        // this layer and head, block 0
    int64_t block_bytes;         // from one block to the next
    int64_t groups_per_block;
    const int32_t *block_table;  // block numbers in order of position
    const float *query;          // row of the first token, first head
    int64_t query_stride;        // floats from token to token; heads follow each other
    int64_t num_tokens, num_heads;
    int64_t position;            // of the first token
    int64_t window;              // positions a token sees up to itself, including it; INT64_MAX for all
    int64_t ahead;               // positions after itself that a token sees; 0 if it is causal
    int64_t length;              // positions there are; needed only if some are ahead
    int64_t latent_dim;          // columns of a cached latent row that are the value; 0: keys and values are apart
    float scale;
    float softcap;               // score = softcap * tanh(score / softcap); 0 for none
    const float *sinks;          // for each head a logit that has no value; NULL for none
    float *out;                  // as query, of the width of values
    int64_t out_stride;
    float *partials;             // ck_attention_partial_bytes for each chunk of the context, 64-byte aligned
    void *scratch;               // ck_attention_scratch_bytes, 64-byte aligned
} ck_attention;

// Elementwise functions. Those of MartletModelIR.Activation, then a factor `a` and `a tanh(x / a)`.
typedef enum {
    CK_SILU, CK_GELU, CK_GELU_TANH, CK_QUICK_GELU, CK_RELU, CK_RELU2, CK_SIGMOID, CK_TANH, CK_SOFTPLUS,
    CK_CLAMP,           // a: limit
    CK_XIELU,           // a, b: the factors of the positive and of the negative side; c: beta, d: eps
    CK_CLAMPED_SWIGLU,  // gated only; a: alpha, b: limit
    CK_SCALE, CK_SOFTCAP,
} ck_function_kind;

typedef struct {
    ck_function_kind kind;
    float a, b, c, d;
} ck_function;

// The rows around one row side by side: out[column * kernel_size + i] is that column of row `row + i` of `base`, or 0 if
// that row is not in [first, end).
typedef struct {
    const float *base;
    int64_t width;  // columns of `base`
    int64_t kernel_size;
    int64_t row, first, end;
} ck_unfold;

// Bars whose masses are summed together.
enum { CK_MASS_BARS = 8 };

typedef struct {
    const char *name;  // "avx512-bf16", "avx512", "avx2", "neon", "portable"
    bool multiplies_pairs;  // attention multiplies narrow keys and values as pairs of bfloat16, faster than float32
    // out = x * rsqrt(mean(x^2) + eps) * weight; out may be x.
    void (*rms_norm)(const float *x, const float *weight, float eps, int64_t n, float *out);
    // out = (x - mean(x)) * rsqrt(var(x) + eps) * weight + bias; bias may be NULL, out may be x.
    void (*layer_norm)(const float *x, const float *weight, const float *bias, float eps, int64_t n, float *out);
    // Rotates `pairs` pairs in place: (i, i + pairs) when neox, else (2i, 2i + 1).
    void (*rotate)(float *x, const float *cosines, const float *sines, int64_t pairs, bool neox);
    // out = function(x); out may be x.
    void (*map)(const ck_function *function, const float *x, int64_t n, float *out);
    // out = function(gate) * up; out may be either.
    void (*gate)(const ck_function *function, const float *gate, const float *up, int64_t n, float *out);
    // out = x * y
    void (*multiply)(const float *x, const float *y, int64_t n, float *out);
    // y += x
    void (*add)(const float *x, int64_t n, float *y);
    void (*unfold)(const ck_unfold *unfold, float *out);
    // Rounds one token's key and value into slot `offset` (0..15) of a group.
    void (*kv_store)(ck_kv_dtype dtype, int64_t head_dim, void *group, int64_t offset, const float *key,
                     const float *value);
    // The same for the 16 tokens of a whole group, `stride` floats from one to the next.
    void (*kv_store_group)(ck_kv_dtype dtype, int64_t head_dim, void *group, const float *keys, const float *values,
                           int64_t stride);
    // Rounds one token's latent row into slot `offset` of a group of such rows.
    void (*latent_store)(ck_kv_dtype dtype, int64_t width, void *group, int64_t offset, const float *row);
    void (*attend)(const ck_attention *attention);
    // The same in parts: leaves the results of chunks [first, end) in `partials`, in any order and on any thread ...
    void (*attend_chunks)(const ck_attention *attention, int64_t first, int64_t end);
    // ... and once all chunks are there, merges them. Gives the bits that `attend` gives.
    void (*merge_chunks)(const ck_attention *attention);
    // weights[token * stride + position] = what each token gives to each of the `length` positions: the softmax of its
    // scores in float32. One head, no softcap, no sinks.
    void (*attention_weights)(const ck_attention *attention, float *weights, int64_t stride);
    // Tokens of one request through a layer with a state; see ck_recurrence.h.
    void (*short_conv)(const ck_short_conv *conv);
    void (*delta_net)(const ck_delta_net *net);
    void (*mamba2)(const ck_mamba2 *mamba);
    // Largest element and the lowest index that has it; NaN counts as minus infinity; index 0 if there is no other.
    float (*max_index)(const float *x, int64_t n, int64_t *index);
    // Sum of exp((x - shift) * scale) with shift >= x; NaN counts as minus infinity.
    double (*sum_exp)(const float *x, int64_t n, float shift, float scale);
    // out = exp((x - shift) * scale), elementwise as in sum_exp.
    void (*exp_values)(const float *x, int64_t n, float shift, float scale, float *out);
    int64_t (*count_greater)(const float *x, int64_t n, float value);
    // masses[i] = the sum of exp((x - shift) * scale), as in sum_exp, over x >= bars[i], of which there are 1 or
    // CK_MASS_BARS.
    void (*masses)(const float *x, int64_t n, float shift, float scale, const float *bars, int64_t count,
                   double *masses);
    // Ascending ids of the elements in [at_least, at_most], of which at most `capacity` are written; returns how many.
    int64_t (*collect)(const float *x, int64_t n, float at_least, float at_most, int32_t *ids, int64_t capacity);
} ck_vector_table;

// Bytes of one group of one head.
size_t ck_kv_group_bytes(ck_kv_dtype dtype, int64_t head_dim);
// Bytes of one group of latent rows, [16][width rounded up to 16], and for int8 float scales [16].
size_t ck_latent_group_bytes(ck_kv_dtype dtype, int64_t width);
// Scratch for num_tokens * num_heads = rows.
size_t ck_attention_scratch_bytes(int64_t head_dim, int64_t rows);
// What one chunk of the context leaves for so many rows.
size_t ck_attention_partial_bytes(int64_t head_dim, int64_t rows);

// The best table for this CPU, the one called `name` if the CPU can run it, or the best that belongs to matrix products
// called `linear_name` (avx2 to avx2-vnni); else NULL.
const ck_vector_table *ck_vector_best(void);
const ck_vector_table *ck_vector_named(const char *name);
const ck_vector_table *ck_vector_beside(const char *linear_name);

#endif
