// Products over packed panels. One micro-kernel for each operand type keeps MR x NV vector sums in registers; a tile of at
// most MR rows x 64 columns goes through a small buffer in the first-level cache to the epilogue.

#define GROUP 4

#define DEFINE_MICRO(NAME, ACC, VEC, DOT)                                                                                \
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

DEFINE_MICRO(micro_f32, float, vf, dot_f32)
DEFINE_MICRO(micro_bf16, float, vf, dot_bf16)
DEFINE_MICRO(micro_i8, int32_t, vi, dot_i8)

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
    static void NAME##_tile(int rows, size_t columns, const char *const *segments, size_t count, size_t groups,         \
                            size_t stride, const char *b, size_t b_stride, ACC *tile, size_t tile_stride, int add) {    \
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
    static void NAME##_tile(int rows, size_t columns, const char *const *segments, size_t count, size_t groups,         \
                            size_t stride, const char *b, size_t b_stride, ACC *tile, size_t tile_stride, int add) {    \
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

/// Stores `rows` rows of sums, tile rows `tile_stride` apart, as output rows first_row ... and columns first_column ...
static void finish(const float *tile, size_t tile_stride, size_t rows, size_t first_row, size_t columns,
                   size_t first_column, const ck_epilogue *e) {
    const int is_bf16 = e->output_is_bf16;
    for (size_t r = 0; r < rows; r++) {
        const float *sum = tile + r * tile_stride;
        const float *bias = e->bias ? e->bias + first_column : NULL;
        const float *gate = e->gate ? e->gate + (first_row + r) * e->gate_stride + first_column : NULL;
        void *out = at_mutable(e->output, is_bf16, (first_row + r) * e->output_stride + first_column);
        for (size_t c = 0; c < columns; c += LANES) {
            const size_t left = columns - c;
            vf v = load(sum + c);
            if (left >= LANES) {
                if (bias) v += load(bias + c);
                if (e->activation == CK_GELU_TANH) v = gelu_(v);
                if (e->activation == CK_SILU) v = silu_(v);
                if (gate) v *= load(gate + c);
                if (e->accumulate) v += load_any(out, is_bf16, c);
                store_any(out, is_bf16, c, v);
            } else {
                if (bias) v += load_part(bias + c, 0, left);
                if (e->activation == CK_GELU_TANH) v = gelu_(v);
                if (e->activation == CK_SILU) v = silu_(v);
                if (gate) v *= load_part(gate + c, 0, left);
                if (e->accumulate) v += load_part(at(out, is_bf16, c), is_bf16, left);
                store_part(at_mutable(out, is_bf16, c), is_bf16, v, left);
            }
        }
    }
}

/// int32 sums of unsigned left bytes to floats, in place of the tile: (sum - 128 * sum of weights) * row * column scale.
static void rescale(const int32_t *sums, float *tile, size_t rows, size_t first_row, size_t columns,
                    size_t first_column, const ck_epilogue *e) {
    for (size_t r = 0; r < rows; r++) {
        const vf row = splat(e->row_scale[first_row + r]);
        for (size_t c = 0; c < columns; c += LANES) {
            const size_t left = columns - c;
            int32_t offsets[LANES] = {0};
            memcpy(offsets, e->column_sum + first_column + c, (left < LANES ? left : LANES) * sizeof(int32_t));
            vf scale = left < LANES ? load_part(e->column_scale + first_column + c, 0, left)
                                    : load(e->column_scale + first_column + c);
            vi v = loadi(sums + r * CK_PANEL + c) - loadi(offsets);
            store(tile + r * CK_PANEL + c, __builtin_convertvector(v, vf) * row * scale);
        }
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
        float scaled[12 * CK_PANEL] __attribute__((aligned(64)));                                                       \
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
                        micro_##NAME##_tile(rows, width, starts, segments, part, left->row_stride,                      \
                                            panel + (s * left->groups + g) * width * GROUP, width * GROUP, tile, CK_PANEL,\
                                            s + g > 0);                                                                 \
                        if (last) {                                                                                     \
                            if (IS_I8) rescale((const int32_t *)tile, scaled, rows, r, valid, c, e);                    \
                            finish(IS_I8 ? scaled : (const float *)tile, CK_PANEL, rows, r, valid, c, e);               \
                        }                                                                                               \
                    }                                                                                                   \
                }                                                                                                       \
            panel += count * left->groups * width * GROUP;                                                              \
        }                                                                                                               \
    }

DEFINE_GEMM(f32, float, 0)
DEFINE_GEMM(bf16, float, 0)
DEFINE_GEMM(i8, int32_t, 1)
