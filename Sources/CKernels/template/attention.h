// Blocked attention with a running maximum (Dao et al. 2022, arXiv:2205.14135, algorithm 1, forward): a block of query rows
// passes over the keys in blocks of CK_KEY_BLOCK; logits and weights of a few rows at a time stay in the first-level cache.

// A logit that no key reaches: its weight is 0, and it stays finite in the exponential.
#define FAR_BELOW -1e30f

/// int32 logits of unsigned queries to floats, in place: (sum - 128 * sum of the key) * the key's scale.
INLINE void decode_logits(float *logits, const int32_t *key_sums, const float *key_scales, size_t padded) {
#pragma clang loop unroll_count(4)
    for (size_t c = 0; c < padded; c += LANES)
        store(logits + c, __builtin_convertvector(loadi(logits + c) - loadi(key_sums + c), vf) * load(key_scales + c));
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

// QK is the operand type of queries and keys, PV that of weights, values and the output.
#define DEFINE_ATTENTION(NAME, QK, PV, IS_I8, IS_BF16)                                                                  \
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
            for (size_t r = 0; r < block; r++) maxima[r] = -INFINITY, sums[r] = 0;                                      \
            if (a->block_mass) memset(a->mass_notes, 0, block * blocks * 2 * sizeof(float));                            \
            for (size_t k = 0; k < a->keys; k += CK_KEY_BLOCK) {                                                        \
                if (a->block_mask && !a->block_mask[k / CK_KEY_BLOCK]) continue;                                        \
                const size_t valid = a->keys - k < CK_KEY_BLOCK ? a->keys - k : CK_KEY_BLOCK;                           \
                const size_t padded = (valid + CK_PANEL - 1) / CK_PANEL * CK_PANEL;                                     \
                for (size_t r = 0; r < block; r += top) {                                                               \
                    const int rows = block - r < (size_t)top ? (int)(block - r) : top;                                  \
                    const char *q = (const char *)a->queries + (first + r) * a->query_stride;                           \
                    for (size_t p = 0; p < padded; p += CK_PANEL)                                                       \
                        micro_##QK##_tile(rows, CK_PANEL, &q, 1, a->head_groups, a->query_stride,                       \
                                          (const char *)a->packed_keys + (k + p) * a->head_groups * GROUP,              \
                                          CK_PANEL * GROUP, (void *)(logits + p), CK_KEY_BLOCK, 0);                     \
                    for (int i = 0; i < rows; i++) {                                                                    \
                        float *row = logits + i * CK_KEY_BLOCK;                                                         \
                        float scale = a->scale * 1.44269504f;                                                           \
                        if (IS_I8) {                                                                                    \
                            decode_logits(row, a->key_sums + k, a->key_scales + k, padded);                             \
                            scale *= a->query_scales[first + r + i];                                                    \
                        }                                                                                               \
                        const float added = soften_##PV(row, valid, padded, scale, a->key_bias ? a->key_bias + k : NULL,\
                                                        &maxima[r + i], &sums[r + i], weights + i * weight_stride,      \
                                                        outputs + (r + i) * width, width);                              \
                        if (a->block_mass) {                                                                            \
                            float *note = a->mass_notes + ((r + i) * blocks + k / CK_KEY_BLOCK) * 2;                    \
                            note[0] = maxima[r + i];                                                                    \
                            note[1] = added;                                                                            \
                        }                                                                                               \
                    }                                                                                                   \
                    const char *w = weights;                                                                            \
                    const char *values = (const char *)a->packed_values + k / per_group * width * GROUP;                \
                    for (size_t c = 0; c < width; c += CK_PANEL)                                                        \
                        micro_##PV##_tile(rows, width - c < CK_PANEL ? width - c : CK_PANEL, &w, 1, padded / per_group, \
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

#define DEFINE_SOFTEN(NAME, IS_BF16, EXP2)                                                                               \
    /* One row of logits to weights relative to the running maximum; scales the row's output when the maximum grows. */  \
    INLINE float soften_##NAME(float *logits, size_t valid, size_t padded, float scale, const float *bias,               \
                              float *maximum, float *sum, char *weights, float *output, size_t width) {                 \
        for (size_t c = valid; c < padded; c++) logits[c] = FAR_BELOW;                                                  \
        if (bias)                                                                                                       \
            for (size_t c = 0; c < valid; c++) logits[c] += bias[c] * (1.44269504f / scale);                            \
        vf top = splat(-INFINITY), top2 = top;                                                                          \
        for (size_t c = 0; c < padded; c += 2 * LANES) {                                                                \
            top = larger(load(logits + c), top);                                                                        \
            top2 = larger(load(logits + c + LANES), top2);                                                              \
        }                                                                                                               \
        const float highest = reduce_max(__builtin_elementwise_max(top, top2)) * scale;                                 \
        if (highest > *maximum) {                                                                                       \
            const float shrink = exp2f(*maximum - highest);                                                             \
            if (*sum > 0) {                                                                                             \
                *sum *= shrink;                                                                                         \
                for (size_t c = 0; c < width; c += LANES) store(output + c, load(output + c) * splat(shrink));          \
            }                                                                                                           \
            *maximum = highest;                                                                                         \
        }                                                                                                               \
        const vf factor = splat(scale), offset = splat(*maximum > -INFINITY ? -*maximum : 0);                           \
        vf total = splat(0.0f), total2 = total;                                                                         \
        for (size_t c = 0; c < padded; c += 2 * LANES) {                                                                \
            vf w = EXP2(fma_(load(logits + c), factor, offset));                                                        \
            vf w2 = EXP2(fma_(load(logits + c + LANES), factor, offset));                                               \
            total += w;                                                                                                 \
            total2 += w2;                                                                                               \
            store_any(weights, IS_BF16, c, w);                                                                          \
            store_any(weights, IS_BF16, c + LANES, w2);                                                                 \
        }                                                                                                               \
        const float added = reduce_add(total + total2);                                                                 \
        *sum += added;                                                                                                  \
        return added;                                                                                                   \
    }

DEFINE_SOFTEN(f32, 0, exp2_)
DEFINE_SOFTEN(bf16, 1, exp2_rough)
DEFINE_ATTENTION(f32, f32, f32, 0, 0)
DEFINE_ATTENTION(bf16, bf16, bf16, 0, 1)
DEFINE_ATTENTION(i8_f32, i8, f32, 1, 0)
DEFINE_ATTENTION(i8_bf16, i8, bf16, 1, 1)
