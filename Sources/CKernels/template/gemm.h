// Products over packed panels. One micro-kernel for each operand type keeps MR x NV vector sums in registers; a tile of at
// most MR rows x 64 columns goes through a small buffer in the first-level cache to the epilogue.

#define GROUP 4

// How far ahead of its use a panel is asked for, in bytes: it comes from the second-level cache, where attention's operands
// are near already.
#define FAR 6144
#define NEAR 0

// Within its caller a tile would share the registers with it and spill.
#define APART __attribute__((noinline))

#define DEFINE_MICRO(NAME, ACC, VEC, DOT, AHEAD)                                                                           \
    /* tile[row * CK_PANEL + column] (+)= the product of `rows` rows with `vectors` vectors of columns. */               \
    INLINE void NAME##_fixed(const int rows, const int vectors, const char *const *segments, size_t segment_count,      \
                             size_t groups, size_t row_stride, const char *b, size_t b_stride, ACC *tile,               \
                             size_t tile_stride, const int add) {                                                       \
        VEC sum[12][4];                                                                                                 \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)                                               \
            _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) {                                      \
            if (add)                                                                                                    \
                memcpy(&sum[r][v], tile + r * tile_stride + v * LANES, sizeof(VEC));                                    \
            else                                                                                                        \
                sum[r][v] = (VEC)(0);                                                                                   \
        }                                                                                                               \
        for (size_t s = 0; s < segment_count; s++) {                                                                    \
            const char *a = segments[s];                                                                                \
            for (size_t g = 0; g < groups; g++, a += GROUP, b += b_stride) {                                            \
                vi right[4];                                                                                            \
                _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) right[v] =                         \
                    loadi(b + v * LANES * GROUP);                                                                       \
                if (AHEAD)                                                                                              \
                    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v += 64 / (LANES * GROUP))          \
                        __builtin_prefetch(b + v * LANES * GROUP + AHEAD);                                              \
                _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                     \
                    int32_t word;                                                                                       \
                    memcpy(&word, a + r * row_stride, GROUP);                                                           \
                    vi left = (vi)word;                                                                                 \
                    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) sum[r][v] =                    \
                        DOT(sum[r][v], left, right[v]);                                                                 \
                }                                                                                                       \
            }                                                                                                           \
        }                                                                                                               \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)                                               \
            _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++)                                        \
                memcpy(tile + r * tile_stride + v * LANES, &sum[r][v], sizeof(VEC));                                    \
    }

INLINE vf dot_f32(vf sum, vi a, vi b) { return fma_((vf)a, (vf)b, sum); }

INLINE vf dot_bf16(vf sum, vi a, vi b) {
#if HAS_AVX512
    return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
    const vi high = (vi)(int32_t)0xffff0000;
    sum = fma_((vf)(a << 16), (vf)(b << 16), sum);
    return fma_((vf)(a & high), (vf)(b & high), sum);
#endif
}

INLINE vi dot_i8(vi sum, vi a, vi b) {
#if HAS_AVX512
    return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif LANES == 8
    // Bytes of b stay within +-64, so that two products fit 16 bits.
    __m256i pairs = _mm256_maddubs_epi16((__m256i)a, (__m256i)b);
    return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#else
    const vi low = (vi)0xff;
    sum += (a & low) * ((b << 24) >> 24);
    sum += ((a >> 8) & low) * ((b << 16) >> 24);
    sum += ((a >> 16) & low) * ((b << 8) >> 24);
    return sum + ((a >> 24) & low) * (b >> 24);
#endif
}

/// The other way round: signed bytes on the left, unsigned ones on the right.
INLINE vi dot_u8(vi sum, vi a, vi b) { return dot_i8(sum, b, a); }

DEFINE_MICRO(micro_f32, float, vf, dot_f32, FAR)
DEFINE_MICRO(micro_bf16, float, vf, dot_bf16, FAR)
DEFINE_MICRO(micro_i8, int32_t, vi, dot_i8, FAR)
DEFINE_MICRO(near_f32, float, vf, dot_f32, NEAR)
DEFINE_MICRO(near_bf16, float, vf, dot_bf16, NEAR)
DEFINE_MICRO(near_i8, int32_t, vi, dot_i8, NEAR)
DEFINE_MICRO(near_u8, int32_t, vi, dot_u8, NEAR)

// Register tiles: about 24 sums of 32 registers (12 of 16 without AVX-512), and never fewer than hide the latency.
#if LANES == 16
#define COLUMNS_AT_ONCE CK_PANEL
INLINE int tile_rows(size_t columns) { return columns == 64 ? 6 : columns == 48 ? 8 : 12; }
#define DISPATCH_ROWS(NAME, V, ...)                                                                                      \
    switch (rows) {                                                                                                     \
    case 1: NAME##_fixed(1, V, __VA_ARGS__); break;                                                                     \
    case 2: NAME##_fixed(2, V, __VA_ARGS__); break;                                                                     \
    case 3: NAME##_fixed(3, V, __VA_ARGS__); break;                                                                     \
    case 4: NAME##_fixed(4, V, __VA_ARGS__); break;                                                                     \
    case 5: NAME##_fixed(5, V, __VA_ARGS__); break;                                                                     \
    default: NAME##_fixed(6, V, __VA_ARGS__); break;                                                                    \
    }
#define DISPATCH_MORE(NAME, V, TOP, ...)                                                                                 \
    if (rows == TOP)                                                                                                    \
        NAME##_fixed(TOP, V, __VA_ARGS__);                                                                              \
    else                                                                                                                \
        for (int done = 0, part; done < total; done += part) {                                                          \
            rows = part = total - done < 6 ? total - done : 6;                                                          \
            const char *moved[MAX_SEGMENTS];                                                                            \
            for (size_t s = 0; s < count; s++) moved[s] = segments[s] + done * stride;                                  \
            segments_now = moved;                                                                                       \
            tile_now = tile + done * tile_stride;                                                                       \
            DISPATCH_ROWS(NAME, V, __VA_ARGS__)                                                                         \
        }
#define DEFINE_TILE(NAME, ACC)                                                                                           \
    static APART void NAME##_tile(int rows, size_t columns, const char *const *segments, size_t count, size_t groups,   \
                                  size_t stride, const char *b, size_t b_stride, ACC *tile, size_t tile_stride, int add) { \
        const char *const *segments_now = segments;                                                                     \
        ACC *tile_now = tile;                                                                                           \
        const int total = rows;                                                                                         \
        if (columns == 64) {                                                                                            \
            if (add) {                                                                                                  \
                DISPATCH_ROWS(NAME, 4, segments, count, groups, stride, b, b_stride, tile, tile_stride, 1)              \
            } else {                                                                                                    \
                DISPATCH_ROWS(NAME, 4, segments, count, groups, stride, b, b_stride, tile, tile_stride, 0)              \
            }                                                                                                           \
        } else if (columns == 48) {                                                                                     \
            DISPATCH_MORE(NAME, 3, 8, segments_now, count, groups, stride, b, b_stride, tile_now, tile_stride, add)     \
        } else if (columns == 32) {                                                                                     \
            DISPATCH_MORE(NAME, 2, 12, segments_now, count, groups, stride, b, b_stride, tile_now, tile_stride, add)    \
        } else {                                                                                                        \
            DISPATCH_MORE(NAME, 1, 12, segments_now, count, groups, stride, b, b_stride, tile_now, tile_stride, add)    \
        }                                                                                                               \
    }
#else
#define COLUMNS_AT_ONCE 16
INLINE int tile_rows(size_t columns) { return LANES == 8 ? 6 : 3; }
#define DEFINE_TILE(NAME, ACC)                                                                                           \
    static APART void NAME##_tile(int rows, size_t columns, const char *const *segments, size_t count, size_t groups,   \
                                  size_t stride, const char *b, size_t b_stride, ACC *tile, size_t tile_stride, int add) { \
        for (size_t c = 0; c < columns; c += COLUMNS_AT_ONCE) {                                                         \
            const char *bc = b + c * GROUP;                                                                             \
            ACC *tc = tile + c;                                                                                         \
            switch (rows) {                                                                                             \
            case 1: NAME##_fixed(1, 16 / LANES, segments, count, groups, stride, bc, b_stride, tc, tile_stride, add);   \
                break;                                                                                                  \
            case 2: NAME##_fixed(2, 16 / LANES, segments, count, groups, stride, bc, b_stride, tc, tile_stride, add);   \
                break;                                                                                                  \
            case 3: NAME##_fixed(3, 16 / LANES, segments, count, groups, stride, bc, b_stride, tc, tile_stride, add);   \
                break;                                                                                                  \
            case 4: NAME##_fixed(4, 16 / LANES, segments, count, groups, stride, bc, b_stride, tc, tile_stride, add);   \
                break;                                                                                                  \
            case 5: NAME##_fixed(5, 16 / LANES, segments, count, groups, stride, bc, b_stride, tc, tile_stride, add);   \
                break;                                                                                                  \
            default: NAME##_fixed(6, 16 / LANES, segments, count, groups, stride, bc, b_stride, tc, tile_stride, add);  \
                break;                                                                                                  \
            }                                                                                                           \
        }                                                                                                               \
    }
#endif

#define MAX_SEGMENTS 32

DEFINE_TILE(micro_f32, float)
DEFINE_TILE(micro_bf16, float)
DEFINE_TILE(micro_i8, int32_t)
DEFINE_TILE(near_f32, float)
DEFINE_TILE(near_bf16, float)
DEFINE_TILE(near_i8, int32_t)
DEFINE_TILE(near_u8, int32_t)

/// What a column's sums go through on their way out, in registers for all rows of a tile.
typedef struct {
    vf bias, scale;
    vi offset;
} column_terms;

INLINE column_terms terms_of(const ck_epilogue *e, size_t column, size_t left, const int is_i8) {
    column_terms t = {.bias = splat(0.0f), .scale = splat(1.0f), .offset = (vi)0};
    if (left >= LANES) {
        if (e->bias) t.bias = load(e->bias + column);
        if (is_i8) t.scale = load(e->column_scale + column), t.offset = loadi(e->column_sum + column);
        return t;
    }
    if (e->bias) t.bias = load_part(e->bias + column, 0, left);
    if (is_i8) {
        int32_t offsets[LANES] = {0};
        memcpy(offsets, e->column_sum + column, left * sizeof(int32_t));
        t.scale = load_part(e->column_scale + column, 0, left);
        t.offset = loadi(offsets);
    }
    return t;
}

/// A vector of sums as a number: of unsigned left bytes (sum - 128 * sum of weights) * row scale * column scale; plus bias.
INLINE vf finished_sum(const void *sum, const column_terms *t, float row_scale, const int is_i8) {
    if (!is_i8) return load(sum) + t->bias;
    return fma_(__builtin_convertvector(loadi(sum) - t->offset, vf) * splat(row_scale), t->scale, t->bias);
}

INLINE void finish_rows(const char *tile, int rows, size_t first_row, size_t column, size_t left, const ck_epilogue *e,
                        const int is_i8, const int is_bf16, const int activation) {
    const column_terms t = terms_of(e, column, left, is_i8);
    for (int r = 0; r < rows; r++) {
        const size_t row = first_row + r;
        void *out = at_mutable(e->output, is_bf16, row * e->output_stride + column);
        vf v = finished_sum(tile + r * CK_PANEL * 4, &t, is_i8 ? e->row_scale[row] : 1, is_i8);
        if (activation == CK_GELU_TANH) v = gelu_(v, is_bf16);
        if (activation == CK_SILU) v = silu_(v, is_bf16);
        const float *gate = e->gate ? e->gate + row * e->gate_stride + column : NULL;
        if (left >= LANES) {
            if (gate) v *= load(gate);
            if (e->accumulate) v += load_any(out, is_bf16, 0);
            store_any(out, is_bf16, 0, v);
        } else {
            if (gate) v *= load_part(gate, 0, left);
            if (e->accumulate) v += load_part(out, is_bf16, left);
            store_part(out, is_bf16, v, left);
        }
    }
}

/// Stores a tile of sums as output rows first_row ... and columns first_column ....
#define DEFINE_FINISH(NAME, IS_I8)                                                                                       \
    static void finish_##NAME(const void *tile, int rows, size_t first_row, size_t columns, size_t first_column,        \
                              const ck_epilogue *e) {                                                                   \
        for (size_t c = 0; c < columns; c += LANES) {                                                                   \
            const char *sums = (const char *)tile + c * 4;                                                              \
            const size_t column = first_column + c, left = columns - c;                                                 \
            switch (e->activation * 2 + (e->output_is_bf16 != 0)) {                                                     \
            case 0: finish_rows(sums, rows, first_row, column, left, e, IS_I8, 0, CK_NO_ACTIVATION); break;             \
            case 1: finish_rows(sums, rows, first_row, column, left, e, IS_I8, 1, CK_NO_ACTIVATION); break;             \
            case 2: finish_rows(sums, rows, first_row, column, left, e, IS_I8, 0, CK_GELU_TANH); break;                 \
            case 3: finish_rows(sums, rows, first_row, column, left, e, IS_I8, 1, CK_GELU_TANH); break;                 \
            case 4: finish_rows(sums, rows, first_row, column, left, e, IS_I8, 0, CK_SILU); break;                      \
            default: finish_rows(sums, rows, first_row, column, left, e, IS_I8, 1, CK_SILU); break;                     \
            }                                                                                                           \
        }                                                                                                               \
    }

DEFINE_FINISH(f32, 0)
DEFINE_FINISH(bf16, 0)
DEFINE_FINISH(i8, 1)

/// Asks for the output's lines, so that they are near when the sums are done.
INLINE void fetch_output(size_t rows, size_t first_row, size_t columns, size_t first_column, const ck_epilogue *e) {
    const size_t bytes = columns * (e->output_is_bf16 ? 2 : 4);
    for (size_t r = 0; r < rows; r++) {
        const char *line = at(e->output, e->output_is_bf16, (first_row + r) * e->output_stride + first_column);
        for (size_t b = 0; b < bytes; b += 64) __builtin_prefetch(line + b, 1);
    }
}

// A panel's part that stays in the second-level cache while all rows pass over it.
#define BLOCK_GROUPS 1024

#define DEFINE_GEMM(NAME, ACC, IS_I8)                                                                                   \
    static void gemm_##NAME(const ck_operand *left, const void *packed, size_t columns, const ck_epilogue *e) {         \
        const size_t count = left->segment_count;                                                                       \
        const int blocked = count * left->groups > BLOCK_GROUPS + BLOCK_GROUPS / 2 && left->rows > 12;                  \
        /* One long segment is cut by groups, many segments are cut between segments. */                                \
        const size_t group_step = blocked && count == 1 ? BLOCK_GROUPS : left->groups;                                  \
        const size_t fitting = left->groups < BLOCK_GROUPS ? BLOCK_GROUPS / left->groups : 1;                           \
        const size_t segment_step = blocked && count > 1 ? fitting : count;                                             \
        ACC sums[(blocked ? CK_MAX_ROWS : 12) * CK_PANEL] __attribute__((aligned(64)));                                 \
        const char *panel = packed;                                                                                     \
        for (size_t c = 0; c < columns; c += CK_PANEL) {                                                                \
            const size_t valid = columns - c < CK_PANEL ? columns - c : CK_PANEL;                                       \
            const size_t width = (valid + 15) / 16 * 16;                                                                \
            const int top = tile_rows(width);                                                                           \
            for (size_t s = 0; s < count; s += segment_step)                                                            \
                for (size_t g = 0; g < left->groups; g += group_step) {                                                 \
                    const size_t part = left->groups - g < group_step ? left->groups - g : group_step;                  \
                    const size_t segments = count - s < segment_step ? count - s : segment_step;                        \
                    const int last = g + part == left->groups && s + segments == count;                                 \
                    for (size_t r = 0; r < left->rows; r += top) {                                                      \
                        const int rows = left->rows - r < (size_t)top ? (int)(left->rows - r) : top;                    \
                        const char *starts[MAX_SEGMENTS];                                                               \
                        for (size_t i = 0; i < segments; i++)                                                           \
                            starts[i] = (const char *)left->segments[s + i] + r * left->row_stride + g * GROUP;         \
                        ACC *tile = blocked ? sums + r * CK_PANEL : sums;                                               \
                        if (last) fetch_output(rows, r, valid, c, e);                                                   \
                        micro_##NAME##_tile(rows, width, starts, segments, part, left->row_stride,                      \
                                            panel + (s * left->groups + g) * width * GROUP, width * GROUP, tile, CK_PANEL,\
                                            s + g > 0);                                                                 \
                        if (last) finish_##NAME(tile, rows, r, valid, c, e);                                           \
                    }                                                                                                   \
                }                                                                                                       \
            panel += count * left->groups * width * GROUP;                                                              \
        }                                                                                                               \
    }

DEFINE_GEMM(f32, float, 0)
DEFINE_GEMM(bf16, float, 0)
DEFINE_GEMM(i8, int32_t, 1)
