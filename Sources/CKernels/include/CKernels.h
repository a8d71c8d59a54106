// The C kernels of Turbo2K: one table of functions for each level of the CPU.
//
// Every function trusts its arguments; `Kernels` (Swift) checks them. None allocates, starts threads or does I/O.
// Unless said otherwise pointers need no alignment, and output may not overlap input.
//
// Three operand types share one layout. A *group* is 4 bytes of consecutive k: one float, two bf16 or four int8. A packed
// matrix is cut into panels of at most 64 columns (the last one 16, 32, 48 or 64 wide); a panel holds, for each group, its
// columns one after the other. A product therefore always broadcasts 4 bytes of the left side and reads whole vectors of
// the right side.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint16_t ck_bf16;

/// Widest panel of a packed matrix, in columns.
#define CK_PANEL 64
/// Most rows a product may have at once; callers cut longer ones.
#define CK_MAX_ROWS 256

typedef enum ck_level { CK_PORTABLE = 0, CK_AVX2 = 1, CK_AVX512 = 2 } ck_level;
typedef enum ck_activation { CK_NO_ACTIVATION = 0, CK_GELU_TANH = 1, CK_SILU = 2 } ck_activation;

/// The left side of a product: `rows` rows, each the concatenation of `segment_count` runs of `groups` groups. Run s of
/// row r starts at segments[s] + r * row_stride bytes. A linear layer has one segment; a convolution has one for each tap.
typedef struct ck_operand {
    const void *const *segments;
    size_t segment_count;
    size_t groups;
    size_t row_stride;
    size_t rows;
} ck_operand;

/// What happens to a sum before it is stored: (sum + bias), activation, times gate, plus what the output holds.
typedef struct ck_epilogue {
    const float *bias;          ///< [columns], or null
    const float *gate;          ///< [columns] for each row, or null
    size_t gate_stride;         ///< floats from one row's gate to the next; 0: one gate for all rows
    const float *row_scale;     ///< int8: [rows], the scale of each left row
    const float *column_scale;  ///< int8: [columns]
    const int32_t *column_sum;  ///< int8: [columns], 128 times the sum of the column's weights
    void *output;               ///< element [0, 0]
    size_t output_stride;       ///< elements from row to row
    int32_t output_is_bf16;     ///< else float
    int32_t accumulate;         ///< add to what the output holds
    int32_t activation;         ///< ck_activation
} ck_epilogue;

/// Attention of `rows` queries of one head over `keys` keys.
typedef struct ck_attention {
    const void *queries;      ///< row r at queries + r * query_stride bytes: `head_groups` groups
    size_t query_stride;
    size_t rows;
    const void *packed_keys;  ///< blocks of 64 keys, each [head_groups][64] groups; the last block padded with zeros
    const void *packed_values;  ///< [padded keys / elements of a group][value_columns] groups; int8: 4 keys of a column
    size_t keys;
    size_t head_groups;       ///< groups of a query row
    size_t value_columns;     ///< head size rounded up to 16
    size_t head_size;
    const float *key_bias;    ///< [keys], added to the scaled logits, or null
    float scale;
    void *output;             ///< row r at output + r * output_stride bytes, head_size elements of the operand type
    size_t output_stride;
    void *scratch;            ///< ck_attention_scratch_bytes bytes, 64-byte aligned
    const uint8_t *block_mask;  ///< one byte for each CK_KEY_BLOCK keys, 0: skip; or null: all
    const float *query_scales;  ///< int8: [rows]
    const float *key_scales;    ///< int8: one for each 64 keys
    int32_t key_zero;           ///< int8: what was added to make keys unsigned
    const float *value_scales;  ///< int8: [key blocks of CK_KEY_BLOCK][value_columns]
    int32_t output_is_bf16;     ///< int8: else float
    float *block_mass;          ///< one for each CK_KEY_BLOCK keys: the rows' weights there are added; or null
    float *mass_notes;          ///< with block_mass: CK_QUERY_BLOCK * 2 floats for each key block
} ck_attention;

/// Keys that are handled between two updates of the running maximum.
#define CK_KEY_BLOCK 256
/// Query rows that share one pass over a key block.
#define CK_QUERY_BLOCK 96

static inline size_t ck_attention_scratch_bytes(size_t value_columns) {
    return 2 * CK_QUERY_BLOCK * value_columns * sizeof(float) + 2 * CK_QUERY_BLOCK * sizeof(float)
        + 16 * CK_KEY_BLOCK * sizeof(float) * 2 + 256;
}

typedef struct ck_table {
    ck_level level;
    const char *name;

    /// output = epilogue(left * packed) for all rows and `columns` columns. Sums are fp32.
    void (*gemm_f32)(const ck_operand *left, const void *packed, size_t columns, const ck_epilogue *epilogue);
    /// As gemm_f32 with bf16 operands; pairs of products are summed in fp32.
    void (*gemm_bf16)(const ck_operand *left, const void *packed, size_t columns, const ck_epilogue *epilogue);
    /// As gemm_f32 with left unsigned bytes (value + 128) and right signed bytes; sums are int32, exact.
    void (*gemm_i8)(const ck_operand *left, const void *packed, size_t columns, const ck_epilogue *epilogue);
    /// Largest magnitude of a packed int8 weight for which gemm_i8 cannot overflow its intermediate sums.
    int32_t i8_limit;

    void (*attention_f32)(const ck_attention *arguments);
    void (*attention_bf16)(const ck_attention *arguments);
    /// Queries signed bytes, keys unsigned ones with one scale for each 64, values signed bytes with one scale for each column
    /// of CK_KEY_BLOCK keys; the output is fp32 or bf16.
    void (*attention_i8)(const ck_attention *arguments);

    /// y = x / sqrt(mean(x^2) + epsilon) * (1 + scale) + shift, row by row. scale, shift: [columns] each `modulation_stride`
    /// floats apart from row to row (0: the same for all), or null. y: float or bf16.
    void (*rms_modulate)(const float *x, size_t rows, size_t columns, float epsilon, const float *scale,
                         const float *shift, size_t modulation_stride, void *y, int32_t y_is_bf16);
    /// The same with the mean removed first (LayerNorm without weights, biased variance).
    void (*layer_modulate)(const float *x, size_t rows, size_t columns, float epsilon, const float *scale,
                           const float *shift, size_t modulation_stride, void *y, int32_t y_is_bf16);
    /// y = rotate(x / sqrt(mean(x^2) + epsilon) * weight), the rotation by cosines[r] and sines[r], each the sum of up to
    /// three rows of `columns` floats (null: none; first null: no rotation), adjacent pairs. x may be y's storage (float).
    void (*norm_rotate)(const float *x, size_t rows, size_t columns, size_t x_stride, float epsilon, const float *weight,
                        const float *const *cosines, const float *const *sines, void *y, size_t y_stride,
                        int32_t y_is_bf16);
    /// Fusion norm: x = (x / sqrt(mean(x^2) + epsilon) * weight + injected) * (1 + alpha) + beta in place.
    void (*fuse)(float *x, size_t rows, size_t columns, float epsilon, const float *weight, const void *injected,
                 int32_t injected_is_bf16, const float *alpha, const float *beta, size_t modulation_stride);

    /// VAE: y = silu((x / sqrt(mean(x^2) + epsilon)) * (1 + scale) + shift); scale, shift [columns] or null.
    void (*pixel_norm_silu)(const void *x, size_t rows, size_t columns, float epsilon, const float *scale,
                            const float *shift, void *y, int32_t is_bf16);

    void (*to_bf16)(const float *x, ck_bf16 *y, size_t count);
    void (*to_f32)(const ck_bf16 *x, float *y, size_t count);
    /// y = round(x / scale) + zero with scale = max|x| / limit (at most 127) for each row; scales: [rows]. y rows are
    /// `y_stride` bytes apart; bytes from `columns` to y_stride are set to `zero`.
    void (*quantize_rows)(const void *x, int32_t x_is_bf16, size_t rows, size_t columns, size_t x_stride, uint8_t *y,
                          size_t y_stride, float *scales, float limit, int32_t zero);
    /// At most 64 keys, minus `means` [columns], to one scale: round(x / scale) + zero with scale = max|x| / limit, packed as
    /// [ceil(columns / 4)][64] groups of bytes. Groups of further keys are left as they are.
    void (*quantize_keys)(const void *keys, int32_t is_bf16, size_t rows, size_t columns, size_t stride,
                          const float *means, uint8_t *packed, float *scale, float limit, int32_t zero);
    /// At most CK_KEY_BLOCK rows of values to one scale for each column, packed as [ceil(rows / 4)][width] groups of 4 rows;
    /// `width` is `columns` rounded up to 16.
    void (*quantize_values)(const void *values, int32_t is_bf16, size_t rows, size_t columns, size_t stride,
                            uint8_t *packed, size_t width, float *scales, float limit);
    /// x = x + factor * y.
    void (*add_scaled)(float *x, const float *y, float factor, size_t count);
    /// Multiply-adds as fast as the level can, to measure the peak: returns the operations done.
    double (*peak_f32)(size_t iterations, float *sink);
    double (*peak_bf16)(size_t iterations, float *sink);
    double (*peak_i8)(size_t iterations, float *sink);
} ck_table;

/// The best level of this CPU.
ck_level ck_best_level(void);
/// Whether this CPU multiplies bf16 in hardware at this level.
int32_t ck_has_bf16(ck_level level);
/// The table of a level. The caller makes sure that the CPU has it.
const ck_table *ck_table_for(ck_level level);

#ifdef __cplusplus
}
#endif
#endif
