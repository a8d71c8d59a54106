// Blocked attention with a running maximum (Dao et al. 2022, arXiv:2205.14135, algorithm 1, forward): a block of query rows
// passes over the keys in blocks of CK_KEY_BLOCK; logits and weights of a few rows at a time stay in the first-level cache.

// A logit that no key reaches: its weight is 0, and it stays finite in the exponential.
#define FAR_BELOW -1e30f
// Weights may grow to 2^SLACK before a row's sums are scaled to a new maximum: after the first keys hardly any row's are.
// Sums of 2^24 such weights are far from overflow still.
#define SLACK 40.0f
#define LOG2_E 1.44269504f
// Rows of the largest register tile.
#define MOST_ROWS 12

/// Where a block of queries keeps its sums, within the caller's scratch memory.
typedef struct {
    char *queries;   ///< [CK_QUERY_BLOCK] rows without gaps; int8 has none
    float *outputs;  ///< [CK_QUERY_BLOCK][value columns]
    float *maxima;   ///< [CK_QUERY_BLOCK], in powers of two
    float *sums;     ///< [CK_QUERY_BLOCK]
    float *logits;   ///< [MOST_ROWS][CK_KEY_BLOCK]
    char *weights;   ///< [MOST_ROWS][CK_KEY_BLOCK] of the operand type
} attention_memory;

INLINE attention_memory memory_of(const ck_attention *a) {
    attention_memory m;
    m.queries = a->scratch;
    m.outputs = (float *)a->scratch + CK_QUERY_BLOCK * a->value_columns;
    m.maxima = m.outputs + CK_QUERY_BLOCK * a->value_columns;
    m.sums = m.maxima + CK_QUERY_BLOCK;
    m.logits = (float *)(((uintptr_t)(m.sums + CK_QUERY_BLOCK) + 63) / 64 * 64);
    m.weights = (char *)(m.logits + MOST_ROWS * CK_KEY_BLOCK);
    return m;
}

INLINE size_t smaller_size(size_t a, size_t b) { return a < b ? a : b; }

/// Adds the bias to a row of logits and puts out of reach what lies behind the last key. `scale` is what the logits are
/// multiplied with later.
INLINE void complete_logits(float *logits, size_t valid, size_t padded, const float *bias, float scale) {
    for (size_t c = valid; c < padded; c++) logits[c] = FAR_BELOW;
    if (bias)
        for (size_t c = 0; c < valid; c++) logits[c] += bias[c] * (LOG2_E / scale);
}

/// The largest logit of a row, before its scale.
INLINE float highest_logit(const float *logits, size_t padded) {
    vf top = splat(-INFINITY), top2 = top;
    for (size_t c = 0; c < padded; c += 2 * LANES) {
        top = larger(load(logits + c), top);
        top2 = larger(load(logits + c + LANES), top2);
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

/// Notes the weights that some rows gave to a key block, and the maxima these are held against.
INLINE void note_mass(const ck_attention *a, size_t block, size_t first_row, int rows, const float *maxima,
                      const float *added) {
    const size_t blocks = (a->keys + CK_KEY_BLOCK - 1) / CK_KEY_BLOCK;
    for (int i = 0; i < rows; i++) {
        float *note = a->mass_notes + ((first_row + i) * blocks + block) * 2;
        note[0] = maxima[i];
        note[1] = added[i];
    }
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

/// Copies a block of queries. In a wide model its rows lie pages apart: every few keys they would be looked for again.
INLINE void gather_queries(const ck_attention *a, const attention_memory *m, size_t first, size_t rows) {
    const size_t bytes = a->head_groups * GROUP;
    for (size_t r = 0; r < rows; r++)
        memcpy(m->queries + r * bytes, (const char *)a->queries + (first + r) * a->query_stride, bytes);
}

/// The first key from `key`, the start of a block, on that is to be visited; at least a->keys: there is none.
INLINE size_t visited(const ck_attention *a, size_t key) {
    while (key < a->keys && a->block_mask && !a->block_mask[key / CK_KEY_BLOCK]) key += CK_KEY_BLOCK;
    return key;
}

// A narrow tile takes a quarter of each line of a panel and then jumps to the next: the processor sees no pattern in that,
// so the next key block is asked for while this one is at work.
#define ASKS_AHEAD (LANES < 16)

/// Asks for one of `parts` parts of the keys and values that begin at key `next`; `value_bytes` are one key's.
INLINE void ask_for_keys(const ck_attention *a, size_t next, size_t value_bytes, size_t part, size_t parts) {
    if (!ASKS_AHEAD || next >= a->keys) return;
    const size_t keys = smaller_size(a->keys - next, CK_KEY_BLOCK), key_bytes = a->head_groups * GROUP;
    const size_t first = next + keys * part / parts, last = next + keys * (part + 1) / parts;
    const char *packed_keys = a->packed_keys, *values = a->packed_values;
    for (size_t b = first * key_bytes; b < last * key_bytes; b += 64) __builtin_prefetch(packed_keys + b);
    for (size_t b = first * value_bytes; b < last * value_bytes; b += 64) __builtin_prefetch(values + b);
}

/// Empty sums for a block of queries.
INLINE void begin_block(const ck_attention *a, const attention_memory *m, size_t rows) {
    memset(m->outputs, 0, rows * a->value_columns * sizeof(float));
    for (size_t r = 0; r < rows; r++) m->maxima[r] = -INFINITY, m->sums[r] = 0;
    if (a->block_mass)
        memset(a->mass_notes, 0, rows * ((a->keys + CK_KEY_BLOCK - 1) / CK_KEY_BLOCK) * 2 * sizeof(float));
}

/// Divides a block's outputs by the sums of their weights and stores them.
INLINE void finish_block(const ck_attention *a, const attention_memory *m, size_t first, size_t rows, int is_bf16) {
    if (a->block_mass) finish_mass(a, a->mass_notes, rows, m->maxima, m->sums);
    for (size_t r = 0; r < rows; r++) {
        char *out = (char *)a->output + (first + r) * a->output_stride;
        const vf factor = splat(m->sums[r] > 0 ? 1.0f / m->sums[r] : 0.0f);
        for (size_t c = 0; c < a->head_size; c += LANES) {
            const vf v = load(m->outputs + r * a->value_columns + c) * factor;
            const size_t left = a->head_size - c;
            if (left >= LANES)
                store_any(out, is_bf16, c, v);
            else
                store_part(at_mutable(out, is_bf16, c), is_bf16, v, left);
        }
    }
}

// MARK: fp32 and bf16

#define DEFINE_SOFTEN(NAME, IS_BF16, EXP2)                                                                               \
    /* Rows of logits to weights held against each row's maximum so far; gives the highest weight as a power of two. */ \
    INLINE float weigh_##NAME(int rows, const float *logits, size_t padded, float scale, const float *maxima,            \
                              char *weights, float *added) {                                                            \
        const vf factor = splat(scale);                                                                                 \
        vf top = splat(-INFINITY);                                                                                      \
        for (int i = 0; i < rows; i++) {                                                                                \
            const vf offset = splat(maxima[i] > -INFINITY ? -maxima[i] : 0);                                            \
            vf total = splat(0.0f), total2 = total;                                                                     \
            for (size_t c = i * CK_KEY_BLOCK; c < i * CK_KEY_BLOCK + padded; c += 2 * LANES) {                          \
                const vf power = fma_(load(logits + c), factor, offset);                                                \
                const vf power2 = fma_(load(logits + c + LANES), factor, offset);                                       \
                const vf x = EXP2(power), x2 = EXP2(power2);                                                            \
                top = larger(larger(power, power2), top);                                                               \
                total += x;                                                                                             \
                total2 += x2;                                                                                           \
                store_two(weights, IS_BF16, c, x, x2);                                                                  \
            }                                                                                                           \
            added[i] = reduce_add(total + total2);                                                                      \
        }                                                                                                               \
        return reduce_max(top);                                                                                         \
    }                                                                                                                   \
    /* Weighs rows against the maxima there are. Where these turn out too low, or at the first keys there are none, they */\
    /* are looked for, and the rows weighed against them: hardly ever, which saves a pass over the logits. */           \
    INLINE void soften_##NAME(int rows, const float *logits, size_t padded, float scale, float *maxima, float *sums,     \
                              char *weights, float *outputs, size_t width, float *added) {                              \
        int begins = 0;                                                                                                 \
        for (int i = 0; i < rows; i++) begins |= maxima[i] == -INFINITY;                                                \
        if (begins || weigh_##NAME(rows, logits, padded, scale, maxima, weights, added) > SLACK) {                      \
            for (int i = 0; i < rows; i++)                                                                              \
                raise_maximum(highest_logit(logits + i * CK_KEY_BLOCK, padded) * scale, &maxima[i], &sums[i],           \
                              outputs + i * width, width);                                                              \
            weigh_##NAME(rows, logits, padded, scale, maxima, weights, added);                                          \
        }                                                                                                               \
        for (int i = 0; i < rows; i++) sums[i] += added[i];                                                             \
    }

DEFINE_SOFTEN(f32, 0, exp2_)
DEFINE_SOFTEN(bf16, 1, exp2_rough)

#define DEFINE_ATTENTION(NAME, IS_BF16)                                                                                  \
    static void attention_##NAME(const ck_attention *a) {                                                               \
        const attention_memory m = memory_of(a);                                                                        \
        const size_t width = a->value_columns, per_group = IS_BF16 ? 2 : 1, query_bytes = a->head_groups * GROUP;       \
        const float scale = a->scale * LOG2_E;                                                                          \
        const int top = tile_rows(CK_PANEL);                                                                            \
        for (size_t first = 0; first < a->rows; first += CK_QUERY_BLOCK) {                                              \
            const size_t block = smaller_size(a->rows - first, CK_QUERY_BLOCK);                                         \
            begin_block(a, &m, block);                                                                                  \
            gather_queries(a, &m, first, block);                                                                        \
            for (size_t k = visited(a, 0), next; k < a->keys; k = next) {                                               \
                next = visited(a, k + CK_KEY_BLOCK);                                                                    \
                const size_t valid = smaller_size(a->keys - k, CK_KEY_BLOCK);                                           \
                const size_t padded = (valid + CK_PANEL - 1) / CK_PANEL * CK_PANEL;                                     \
                for (size_t r = 0; r < block; r += top) {                                                               \
                    const int rows = (int)smaller_size(block - r, top);                                                 \
                    const char *q = m.queries + r * query_bytes;                                                        \
                    for (size_t p = 0; p < padded; p += CK_PANEL) {                                                     \
                        ask_for_keys(a, next, width * GROUP / per_group, r / top * (padded / CK_PANEL) + p / CK_PANEL,  \
                                     (block + top - 1) / top * (padded / CK_PANEL));                                    \
                        near_##NAME##_tile(rows, CK_PANEL, &q, 1, a->head_groups, query_bytes,                          \
                                           (const char *)a->packed_keys + (k + p) * a->head_groups * GROUP,             \
                                           CK_PANEL * GROUP, m.logits + p, CK_KEY_BLOCK, 0);                            \
                    }                                                                                                   \
                    if (valid < padded || a->key_bias)                                                                  \
                        for (int i = 0; i < rows; i++)                                                                  \
                            complete_logits(m.logits + i * CK_KEY_BLOCK, valid, padded,                                 \
                                            a->key_bias ? a->key_bias + k : NULL, scale);                               \
                    float added[MOST_ROWS];                                                                             \
                    soften_##NAME(rows, m.logits, padded, scale, m.maxima + r, m.sums + r, m.weights,                   \
                                  m.outputs + r * width, width, added);                                                 \
                    if (a->block_mass) note_mass(a, k / CK_KEY_BLOCK, r, rows, m.maxima + r, added);                    \
                    const char *w = m.weights;                                                                          \
                    const char *values = (const char *)a->packed_values + k / per_group * width * GROUP;                \
                    for (size_t c = 0; c < width; c += CK_PANEL)                                                        \
                        near_##NAME##_tile(rows, smaller_size(width - c, CK_PANEL), &w, 1, padded / per_group,          \
                                           CK_KEY_BLOCK * (IS_BF16 ? 2 : 4), values + c * GROUP, width * GROUP,         \
                                           m.outputs + r * width + c, width, 1);                                        \
                }                                                                                                       \
            }                                                                                                           \
            finish_block(a, &m, first, block, IS_BF16);                                                                 \
        }                                                                                                               \
    }

DEFINE_ATTENTION(f32, 0)
DEFINE_ATTENTION(bf16, 1)

// MARK: int8

// Logits are sums of signed queries with unsigned keys, that is key + zero: (sum - excess) * the scale of 64 keys, where
// excess = zero * the sum of the query. Weights of a key block are bytes held against the row's highest logit there, values
// are int8 with a scale for each block and column (SageAttention2, Zhang et al. 2024, arXiv:2411.10958, has fp8 there).

// What the highest weight of a block becomes; with the dither it stays below 256.
#define TOP_WEIGHT 254.9f

/// The sum of a query's signed bytes.
INLINE int32_t sum_of_bytes(const ck_attention *a, size_t row) {
    const int8_t *query = (const int8_t *)a->queries + row * a->query_stride;
    int32_t sum = 0;
    for (size_t c = 0; c < a->head_groups * GROUP; c++) sum += query[c];
    return sum;
}

/// A row of integer sums as numbers, in place.
INLINE void decode_logits(float *logits, size_t padded, const float *key_scales, int32_t excess) {
    for (size_t c = 0; c < padded; c += LANES)
        store(logits + c, __builtin_convertvector(loadi(logits + c) - (vi)excess, vf) * splat(key_scales[c / CK_PANEL]));
}

/// As highest_logit, of integer sums.
INLINE float highest_integer(const float *sums, size_t padded, const float *key_scales, int32_t excess) {
    vf top = splat(-INFINITY);
    for (size_t p = 0; p < padded; p += CK_PANEL) {
        vi most = loadi(sums + p);
#pragma clang loop unroll(full)
        for (size_t c = LANES; c < CK_PANEL; c += LANES) most = __builtin_elementwise_max(most, loadi(sums + p + c));
        top = larger(__builtin_convertvector(most - (vi)excess, vf) * splat(key_scales[p / CK_PANEL]), top);
    }
    return reduce_max(top);
}

/// Some rows on their way through a key block.
typedef struct {
    int rows;
    size_t padded;
    const float *logits;      ///< [rows][CK_KEY_BLOCK], numbers or integer sums
    const float *key_scales;  ///< one for each CK_PANEL keys; null: the logits are numbers
    float scales[MOST_ROWS];  ///< of each row's logits
    int32_t excess[MOST_ROWS];
    /// What weights and values are multiplied with to be held against the running maximum.
    float gains[MOST_ROWS];
    /// The rows' weights in this block, held against the running maximum.
    float added[MOST_ROWS];
} block_rows;

/// Rows of logits to weights in bytes. Rounding the many small weights of a long row to nearest would lose them all; the
/// dither keeps their sum.
INLINE void soften_i8(block_rows *b, const int are_integers, const float *dither, float *maxima, float *sums,
                      char *weights, float *outputs, size_t width) {
    float highest[MOST_ROWS];
    for (int i = 0; i < b->rows; i++) {
        const float *row = b->logits + i * CK_KEY_BLOCK;
        highest[i] = b->scales[i]
            * (are_integers ? highest_integer(row, b->padded, b->key_scales, b->excess[i]) : highest_logit(row, b->padded));
    }
    for (int i = 0; i < b->rows; i++) {
        raise_maximum(highest[i], &maxima[i], &sums[i], outputs + i * width, width);
        b->gains[i] = highest[i] == -INFINITY ? 0 : exp2f(highest[i] - maxima[i]) / TOP_WEIGHT;
    }
    for (int i = 0; i < b->rows; i++) {
        const float *row = b->logits + i * CK_KEY_BLOCK;
        const float lift = highest[i] == -INFINITY ? 0 : 7.99378723f - highest[i];  // log2(TOP_WEIGHT)
        vf total = splat(0.0f), total2 = total;
        for (size_t p = 0; p < b->padded; p += CK_PANEL) {
            const float scale = are_integers ? b->scales[i] * b->key_scales[p / CK_PANEL] : b->scales[i];
            const vf factor = splat(scale), offset = splat(are_integers ? lift - (float)b->excess[i] * scale : lift);
            for (size_t c = 0; c < CK_PANEL; c += 4 * LANES) {
                vi bytes[4];
#pragma clang loop unroll(full)
                for (int v = 0; v < 4; v++) {
                    const float *from = row + p + c + v * LANES;
                    const vf logit = are_integers ? __builtin_convertvector(loadi(from), vf) : load(from);
                    const vf weight = exp2_rough(fma_(logit, factor, offset));
                    if (v % 2)
                        total2 += weight;
                    else
                        total += weight;
                    bytes[v] = __builtin_convertvector(weight + load(dither + c + v * LANES), vi);
                }
                store_bytes(weights + i * CK_KEY_BLOCK + p + c, bytes);
            }
        }
        b->added[i] = reduce_add(total + total2) * b->gains[i];
        sums[i] += b->added[i];
    }
}

/// outputs += sums * the column's scale * the row's gain.
INLINE void add_integers(int rows, size_t columns, const int32_t *sums, const float *scales, const float *gains,
                         float *outputs, size_t width) {
    for (size_t c = 0; c < columns; c += LANES) {
        const vf scale = load(scales + c);
        for (int i = 0; i < rows; i++) {
            float *out = outputs + i * width + c;
            const vf sum = __builtin_convertvector(loadi(sums + i * CK_PANEL + c), vf);
            store(out, fma_(sum, scale * splat(gains[i]), load(out)));
        }
    }
}

static void attention_i8(const ck_attention *a) {
    const attention_memory m = memory_of(a);
    const size_t width = a->value_columns;
    const int top = tile_rows(CK_PANEL);
    // Multiples of the golden ratio: neighbours far apart, any run of keys evenly spread.
    float dither[CK_PANEL];
    for (int i = 0; i < CK_PANEL; i++) dither[i] = i * 0.618034f - floorf(i * 0.618034f);
    for (size_t first = 0; first < a->rows; first += CK_QUERY_BLOCK) {
        const size_t block = smaller_size(a->rows - first, CK_QUERY_BLOCK);
        int32_t excess[CK_QUERY_BLOCK];
        for (size_t r = 0; r < block; r++) excess[r] = a->key_zero * sum_of_bytes(a, first + r);
        begin_block(a, &m, block);
        for (size_t k = visited(a, 0); k < a->keys; k = visited(a, k + CK_KEY_BLOCK)) {
            const size_t valid = smaller_size(a->keys - k, CK_KEY_BLOCK);
            const float *key_scales = a->key_scales + k / CK_PANEL;
            block_rows b = {.padded = (valid + CK_PANEL - 1) / CK_PANEL * CK_PANEL, .logits = m.logits};
            for (size_t r = 0; r < block; r += top) {
                b.rows = (int)smaller_size(block - r, top);
                const char *q = (const char *)a->queries + (first + r) * a->query_stride;
                for (size_t p = 0; p < b.padded; p += CK_PANEL)
                    near_u8_tile(b.rows, CK_PANEL, &q, 1, a->head_groups, a->query_stride,
                                 (const char *)a->packed_keys + (k + p) * a->head_groups * GROUP, CK_PANEL * GROUP,
                                 (int32_t *)m.logits + p, CK_KEY_BLOCK, 0);
                for (int i = 0; i < b.rows; i++) {
                    b.scales[i] = a->scale * LOG2_E * a->query_scales[first + r + i];
                    b.excess[i] = excess[r + i];
                }
                float *outputs = m.outputs + r * width;
                if (valid < b.padded || a->key_bias) {
                    for (int i = 0; i < b.rows; i++) {
                        float *row = m.logits + i * CK_KEY_BLOCK;
                        decode_logits(row, b.padded, key_scales, b.excess[i]);
                        complete_logits(row, valid, b.padded, a->key_bias ? a->key_bias + k : NULL, b.scales[i]);
                    }
                    soften_i8(&b, 0, dither, m.maxima + r, m.sums + r, m.weights, outputs, width);
                } else {
                    b.key_scales = key_scales;
                    soften_i8(&b, 1, dither, m.maxima + r, m.sums + r, m.weights, outputs, width);
                }
                if (a->block_mass) note_mass(a, k / CK_KEY_BLOCK, r, b.rows, m.maxima + r, b.added);
                const char *w = m.weights, *values = (const char *)a->packed_values + k * width;
                const float *value_scales = a->value_scales + k / CK_KEY_BLOCK * width;
                for (size_t c = 0; c < width; c += CK_PANEL) {
                    int32_t sums[MOST_ROWS * CK_PANEL] __attribute__((aligned(64)));
                    const size_t columns = smaller_size(width - c, CK_PANEL);
                    near_i8_tile(b.rows, columns, &w, 1, b.padded / GROUP, CK_KEY_BLOCK, values + c * GROUP,
                                 width * GROUP, sums, CK_PANEL, 0);
                    add_integers(b.rows, columns, sums, value_scales + c, b.gains, outputs + c, width);
                }
            }
        }
        finish_block(a, &m, first, block, a->output_is_bf16);
    }
}
