// Blocked attention with a running maximum (Dao et al. 2022, arXiv:2205.14135, algorithm 1, forward): a block of query rows
// passes over the keys in blocks of CK_KEY_BLOCK; logits and weights of a few rows at a time stay in the first-level cache.

// A logit that no key reaches: its weight is 0, and it stays finite in the exponential.
#define FAR_BELOW -1e30f

// Weights may grow to 2^SLACK before a row's sums are scaled to a new maximum: after the first keys hardly any row is.
#define SLACK 8.0f

/// Integer logits of one row: sums of signed queries with unsigned keys, that is key + zero. The number they stand for is
/// (sum - excess) * the scale of each CK_PANEL keys, where excess = zero * the sum of the query.
typedef struct {
    const float *scales;  ///< null: the logits are fp32
    int32_t excess;
} integer_logits;

/// Logits of one row that are no plain numbers of whole blocks: integers become numbers, the bias is added, and what lies
/// behind the last key is put out of reach. `scale` is what the row's logits are multiplied with later.
INLINE void complete_logits(float *logits, size_t valid, size_t padded, integer_logits integers, const float *bias,
                            float scale) {
    if (integers.scales)
        for (size_t c = 0; c < padded; c += LANES)
            store(logits + c, __builtin_convertvector(loadi(logits + c) - (vi)integers.excess, vf)
                                  * splat(integers.scales[c / CK_PANEL]));
    for (size_t c = valid; c < padded; c++) logits[c] = FAR_BELOW;
    if (bias)
        for (size_t c = 0; c < valid; c++) logits[c] += bias[c] * (1.44269504f / scale);
}

/// The largest logit of a row, before the row's scale.
INLINE float highest_logit(const float *logits, size_t padded, integer_logits integers) {
    vf top = splat(-INFINITY), top2 = top;
    for (size_t p = 0; p < padded; p += CK_PANEL) {
        if (integers.scales) {
            vi most = loadi(logits + p);
#pragma clang loop unroll(full)
            for (size_t c = LANES; c < CK_PANEL; c += LANES)
                most = __builtin_elementwise_max(most, loadi(logits + p + c));
            most -= (vi)integers.excess;
            top = larger(__builtin_convertvector(most, vf) * splat(integers.scales[p / CK_PANEL]), top);
        } else {
#pragma clang loop unroll(full)
            for (size_t c = 0; c < CK_PANEL; c += 2 * LANES) {
                top = larger(load(logits + p + c), top);
                top2 = larger(load(logits + p + c + LANES), top2);
            }
        }
    }
    return reduce_max(__builtin_elementwise_max(top, top2));
}

/// Scales what a row has summed so far to a maximum that its weights can be held against.
INLINE void raise_maximum(float highest, float *maximum, float *sum, float *output, size_t width) {
    if (!(highest > *maximum + SLACK)) return;
    if (*sum > 0) {
        const float shrink = exp2f(*maximum - highest);
        *sum *= shrink;
        for (size_t c = 0; c < width; c += LANES) store(output + c, load(output + c) * splat(shrink));
    }
    *maximum = highest;
}

/// The share of each key block in the weights of a block of query rows, from the sums noted on the way.
static void finish_mass(const ck_attention *a, const float *notes, size_t rows, const float *maxima, const float *sums) {
    const size_t blocks = (a->keys + CK_KEY_BLOCK - 1) / CK_KEY_BLOCK;
    for (size_t b = 0; b < blocks; b++) {
        float mass = 0;
        for (size_t r = 0; r < rows; r++) {
            const float *note = notes + (r * blocks + b) * 2;
            if (note[1] > 0) mass += note[1] * exp2f(note[0] - maxima[r]) / sums[r];
        }
        a->block_mass[b] += mass;
    }
}

#define DEFINE_SOFTEN(NAME, IS_BF16, EXP2)                                                                               \
    /* Rows of logits to weights held against each row's running maximum. The maxima are looked for all together: one  */\
    /* alone would make its row wait. */                                                                                \
    INLINE void soften_##NAME(int rows, const float *logits, size_t padded, const float *scales,                         \
                              const integer_logits *integers, const int are_integers, float *maxima, float *sums,       \
                              char *weights, float *outputs, size_t width, float *added) {                              \
        float highest[12];                                                                                              \
        for (int i = 0; i < rows; i++)                                                                                  \
            highest[i] = highest_logit(logits + i * CK_KEY_BLOCK, padded,                                               \
                                       are_integers ? integers[i] : (integer_logits){NULL, 0}) * scales[i];             \
        for (int i = 0; i < rows; i++)                                                                                  \
            raise_maximum(highest[i], &maxima[i], &sums[i], outputs + i * width, width);                                \
        for (int i = 0; i < rows; i++) {                                                                                \
            const float lowering = maxima[i] > -INFINITY ? -maxima[i] : 0;                                              \
            vf total = splat(0.0f), total2 = total;                                                                     \
            for (size_t p = 0; p < padded; p += CK_PANEL) {                                                             \
                const float scale = are_integers ? scales[i] * integers[i].scales[p / CK_PANEL] : scales[i];            \
                const vf factor = splat(scale);                                                                         \
                const vf offset = splat(are_integers ? lowering - (float)integers[i].excess * scale : lowering);        \
                for (size_t c = i * CK_KEY_BLOCK + p; c < i * CK_KEY_BLOCK + p + CK_PANEL; c += 2 * LANES) {            \
                    vf x = are_integers ? __builtin_convertvector(loadi(logits + c), vf) : load(logits + c);            \
                    vf x2 = are_integers ? __builtin_convertvector(loadi(logits + c + LANES), vf)                       \
                                         : load(logits + c + LANES);                                                    \
                    x = EXP2(fma_(x, factor, offset));                                                                  \
                    x2 = EXP2(fma_(x2, factor, offset));                                                                \
                    total += x;                                                                                         \
                    total2 += x2;                                                                                       \
                    store_two(weights, IS_BF16, c, x, x2);                                                              \
                }                                                                                                       \
            }                                                                                                           \
            added[i] = reduce_add(total + total2);                                                                      \
            sums[i] += added[i];                                                                                        \
        }                                                                                                               \
    }

DEFINE_SOFTEN(f32, 0, exp2_)
DEFINE_SOFTEN(bf16, 1, exp2_rough)
DEFINE_SOFTEN(rough, 0, exp2_rough)

/// The sum of a query's signed bytes.
INLINE int32_t sum_of_bytes(const ck_attention *a, size_t row) {
    const int8_t *query = (const int8_t *)a->queries + row * a->query_stride;
    int32_t sum = 0;
    for (size_t c = 0; c < a->head_groups * GROUP; c++) sum += query[c];
    return sum;
}

// QK is the operand type of queries and keys, PV that of weights, values and the output; SOFTEN says how exact weights are:
// with int8 logits a rough exponential is enough.
#define DEFINE_ATTENTION(NAME, QK, PV, SOFTEN, IS_I8, IS_BF16)                                                          \
    static void attention_##NAME(const ck_attention *a) {                                                               \
        const size_t width = a->value_columns;                                                                          \
        const size_t per_group = IS_BF16 ? 2 : 1;                                                                       \
        const size_t blocks = (a->keys + CK_KEY_BLOCK - 1) / CK_KEY_BLOCK;                                              \
        float *outputs = a->scratch;                                                                                    \
        float *maxima = outputs + CK_QUERY_BLOCK * width;                                                               \
        float *sums = maxima + CK_QUERY_BLOCK;                                                                          \
        float *logits = (float *)(((uintptr_t)(sums + CK_QUERY_BLOCK) + 63) / 64 * 64);                                 \
        char *weights = (char *)(logits + 12 * CK_KEY_BLOCK);                                                           \
        const size_t weight_stride = CK_KEY_BLOCK * (IS_BF16 ? 2 : 4);                                                  \
        const int top = tile_rows(CK_PANEL);                                                                            \
        for (size_t first = 0; first < a->rows; first += CK_QUERY_BLOCK) {                                              \
            const size_t block = a->rows - first < CK_QUERY_BLOCK ? a->rows - first : CK_QUERY_BLOCK;                   \
            memset(outputs, 0, block * width * sizeof(float));                                                          \
            int32_t excess[CK_QUERY_BLOCK];                                                                             \
            for (size_t r = 0; r < block; r++) {                                                                        \
                maxima[r] = -INFINITY, sums[r] = 0;                                                                     \
                if (IS_I8) excess[r] = a->key_zero * sum_of_bytes(a, first + r);                                        \
            }                                                                                                           \
            if (a->block_mass) memset(a->mass_notes, 0, block * blocks * 2 * sizeof(float));                            \
            for (size_t k = 0; k < a->keys; k += CK_KEY_BLOCK) {                                                        \
                if (a->block_mask && !a->block_mask[k / CK_KEY_BLOCK]) continue;                                        \
                const size_t valid = a->keys - k < CK_KEY_BLOCK ? a->keys - k : CK_KEY_BLOCK;                           \
                const size_t padded = (valid + CK_PANEL - 1) / CK_PANEL * CK_PANEL;                                     \
                for (size_t r = 0; r < block; r += top) {                                                               \
                    const int rows = block - r < (size_t)top ? (int)(block - r) : top;                                  \
                    const char *q = (const char *)a->queries + (first + r) * a->query_stride;                           \
                    for (size_t p = 0; p < padded; p += CK_PANEL)                                                       \
                        near_##QK##_tile(rows, CK_PANEL, &q, 1, a->head_groups, a->query_stride,                       \
                                          (const char *)a->packed_keys + (k + p) * a->head_groups * GROUP,              \
                                          CK_PANEL * GROUP, (void *)(logits + p), CK_KEY_BLOCK, 0);                     \
                    float scales[12], added[12];                                                                        \
                    integer_logits integers[12] = {{NULL, 0}};                                                          \
                    for (int i = 0; i < rows; i++) {                                                                    \
                        scales[i] = a->scale * 1.44269504f * (IS_I8 ? a->query_scales[first + r + i] : 1);              \
                        if (IS_I8)                                                                                      \
                            integers[i] = (integer_logits){a->key_scales + k / CK_PANEL, excess[r + i]};                \
                    }                                                                                                   \
                    const int complete = valid < padded || a->key_bias;                                                 \
                    if (complete)                                                                                       \
                        for (int i = 0; i < rows; i++)                                                                  \
                            complete_logits(logits + i * CK_KEY_BLOCK, valid, padded, integers[i],                      \
                                            a->key_bias ? a->key_bias + k : NULL, scales[i]);                           \
                    if (IS_I8 && !complete)                                                                             \
                        soften_##SOFTEN(rows, logits, padded, scales, integers, 1, maxima + r, sums + r, weights,           \
                                    outputs + r * width, width, added);                                                 \
                    else                                                                                                \
                        soften_##SOFTEN(rows, logits, padded, scales, integers, 0, maxima + r, sums + r, weights,           \
                                    outputs + r * width, width, added);                                                 \
                    if (a->block_mass)                                                                                  \
                        for (int i = 0; i < rows; i++) {                                                                \
                            float *note = a->mass_notes + ((r + i) * blocks + k / CK_KEY_BLOCK) * 2;                    \
                            note[0] = maxima[r + i];                                                                    \
                            note[1] = added[i];                                                                         \
                        }                                                                                               \
                    const char *w = weights;                                                                            \
                    const char *values = (const char *)a->packed_values + k / per_group * width * GROUP;                \
                    for (size_t c = 0; c < width; c += CK_PANEL)                                                        \
                        near_##PV##_tile(rows, width - c < CK_PANEL ? width - c : CK_PANEL, &w, 1, padded / per_group, \
                                          weight_stride, values + c * GROUP, width * GROUP, outputs + r * width + c,    \
                                          width, 1);                                                                    \
                }                                                                                                       \
            }                                                                                                           \
            if (a->block_mass) finish_mass(a, a->mass_notes, block, maxima, sums);                                      \
            for (size_t r = 0; r < block; r++) {                                                                        \
                char *out = (char *)a->output + (first + r) * a->output_stride;                                         \
                const vf factor = splat(sums[r] > 0 ? 1.0f / sums[r] : 0.0f);                                           \
                for (size_t c = 0; c < a->head_size; c += LANES) {                                                      \
                    const vf v = load(outputs + r * width + c) * factor;                                                \
                    const size_t left = a->head_size - c;                                                               \
                    if (left >= LANES)                                                                                  \
                        store_any(out, IS_BF16, c, v);                                                                  \
                    else                                                                                                \
                        store_part(at_mutable(out, IS_BF16, c), IS_BF16, v, left);                                      \
                }                                                                                                       \
            }                                                                                                           \
        }                                                                                                               \
    }

DEFINE_ATTENTION(f32, f32, f32, f32, 0, 0)
DEFINE_ATTENTION(bf16, bf16, bf16, bf16, 0, 1)
DEFINE_ATTENTION(i8_f32, u8, f32, rough, 1, 0)
DEFINE_ATTENTION(i8_bf16, u8, bf16, bf16, 1, 1)
