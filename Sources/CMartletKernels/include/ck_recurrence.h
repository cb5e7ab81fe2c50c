#ifndef CK_RECURRENCE_H
#define CK_RECURRENCE_H
// Layers that keep a state of fixed size: short convolution, gated DeltaNet, Mamba-2.
//
// Each task is some consecutive tokens of one request, which are worked through in order; so the results do not depend
// on how a request's tokens are divided into tasks. A state belongs to the table that made it: how the floats lie is
// the table's business.
#include <stdbool.h>
#include <stdint.h>

// y[t][c] = silu(bias[c] + sum_i weight[i][c] * x[t - (width - 1) + i][c]) for channels [first, end).
typedef struct {
    int64_t width;        // inputs of a sum
    int64_t channels;     // floats of a row of weight and state
    int64_t first, end;
    const float *weight;  // [width][channels]
    const float *bias;    // [channels], or NULL
    bool has_silu;
    float *state;         // [width - 1][channels], the last inputs, oldest first
    bool is_fresh;        // take the state for zeros
    int64_t num_tokens;
    const float *x;       // row of the first token
    int64_t x_stride;     // floats from token to token
    float *out;
    int64_t out_stride;
} ck_short_conv;

// One head's state S [rows][columns] over some tokens.
typedef struct {
    int64_t rows, columns;
    float *state;  // rows * columns floats
    bool is_fresh;
    int64_t num_tokens;
    float *out;  // head's columns of the first token
    int64_t out_stride;
} ck_head_state;

// Gated delta rule: S *= g; S += k (beta (v - k S)); y = q S, with q and k of unit length, q also over sqrt(rows),
// g = exp(negative_a * softplus(a + dt_bias)), beta = sigmoid(b).
typedef struct {
    ck_head_state head;         // rows of the key, columns of the value
    const float *query, *key, *value;
    int64_t input_stride;
    const float *beta, *decay;  // b and a of the head, first token
    int64_t gate_stride;
    float negative_a, dt_bias;
} ck_delta_net;

// Mamba-2: S = exp(negative_a * dt) S + B (dt * x); y = C S + d x, with dt = clamp(softplus(time_step + dt_bias)).
typedef struct {
    ck_head_state head;  // rows of B and C, columns of x
    const float *x, *b, *c;
    int64_t input_stride;
    const float *time_step;  // of the head, first token
    int64_t time_step_stride;
    float negative_a, d, dt_bias, min_time_step, max_time_step;
} ck_mamba2;

#endif
