// What happens to one row of channels at a time. Means are summed in fp32 lanes and added as a tree.

INLINE float mean_of_squares(const void *x, int is_bf16, size_t columns, float mean) {
    vf sum = splat(0.0f), sum2 = sum;
    const vf center = splat(mean);
    size_t c = 0;
    for (; c + 2 * LANES <= columns; c += 2 * LANES) {
        vf a = load_any(x, is_bf16, c) - center, b = load_any(x, is_bf16, c + LANES) - center;
        sum = fma_(a, a, sum);
        sum2 = fma_(b, b, sum2);
    }
    float total = 0;
    for (; c < columns; c++) {
        float a = (is_bf16 ? from_bf16(((const ck_bf16 *)x)[c]) : ((const float *)x)[c]) - mean;
        total += a * a;
    }
    return (reduce_add(sum + sum2) + total) / (float)columns;
}

INLINE float mean_of(const float *x, size_t columns) {
    vf sum = splat(0.0f);
    size_t c = 0;
    for (; c + LANES <= columns; c += LANES) sum += load(x + c);
    float total = reduce_add(sum);
    for (; c < columns; c++) total += x[c];
    return total / (float)columns;
}

INLINE void modulate_row(const float *x, size_t columns, float mean, float factor, const float *scale,
                         const float *shift, void *y, int y_is_bf16) {
    const vf one = splat(1.0f), center = splat(mean), f = splat(factor);
    size_t c = 0;
    for (; c < columns; c += LANES) {
        const size_t left = columns - c;
        if (left >= LANES) {
            vf v = (load(x + c) - center) * f;
            if (scale) v = fma_(v, one + load(scale + c), load(shift + c));
            store_any(y, y_is_bf16, c, v);
        } else {
            vf v = (load_part(x + c, 0, left) - center) * f;
            if (scale) v = fma_(v, one + load_part(scale + c, 0, left), load_part(shift + c, 0, left));
            store_part(at_mutable(y, y_is_bf16, c), y_is_bf16, v, left);
        }
    }
}

static void rms_modulate(const float *x, size_t rows, size_t columns, float epsilon, const float *scale,
                         const float *shift, size_t modulation_stride, void *y, int32_t y_is_bf16) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        const float factor = 1.0f / sqrtf(mean_of_squares(row, 0, columns, 0) + epsilon);
        modulate_row(row, columns, 0, factor, scale ? scale + r * modulation_stride : NULL,
                     shift ? shift + r * modulation_stride : NULL, at_mutable(y, y_is_bf16, r * columns), y_is_bf16);
    }
}

static void layer_modulate(const float *x, size_t rows, size_t columns, float epsilon, const float *scale,
                           const float *shift, size_t modulation_stride, void *y, int32_t y_is_bf16) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        const float mean = mean_of(row, columns);
        const float factor = 1.0f / sqrtf(mean_of_squares(row, 0, columns, mean) + epsilon);
        modulate_row(row, columns, mean, factor, scale ? scale + r * modulation_stride : NULL,
                     shift ? shift + r * modulation_stride : NULL, at_mutable(y, y_is_bf16, r * columns), y_is_bf16);
    }
}

/// Neighbours swapped, the first of each pair negated: (a, b) -> (-b, a).
INLINE vf turn(vf v) {
#if LANES == 16
    vf s = __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    const vf sign = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
#elif LANES == 8
    vf s = __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
    const vf sign = {-1, 1, -1, 1, -1, 1, -1, 1};
#else
    vf s = __builtin_shufflevector(v, v, 1, 0, 3, 2);
    const vf sign = {-1, 1, -1, 1};
#endif
    return s * sign;
}

INLINE vf sum_of_rows(const float *const *rows, size_t c) {
    vf v = load(rows[0] + c);
    if (rows[1]) v += load(rows[1] + c);
    if (rows[2]) v += load(rows[2] + c);
    return v;
}

static void norm_rotate(const float *x, size_t rows, size_t columns, size_t x_stride, float epsilon,
                        const float *weight, const float *const *cosines, const float *const *sines, void *y,
                        size_t y_stride, int32_t y_is_bf16) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * x_stride;
        void *out = at_mutable(y, y_is_bf16, r * y_stride);
        const float factor = 1.0f / sqrtf(mean_of_squares(row, 0, columns, 0) + epsilon);
        const float *const *cosine = cosines ? cosines + 3 * r : NULL, *const *sine = sines ? sines + 3 * r : NULL;
        size_t c = 0;
        for (; c + LANES <= columns; c += LANES) {
            vf v = load(row + c) * splat(factor) * load(weight + c);
            if (cosine) v = fma_(v, sum_of_rows(cosine, c), turn(v) * sum_of_rows(sine, c));
            store_any(out, y_is_bf16, c, v);
        }
        for (; c < columns; c += 2) {
            float a = row[c] * factor * weight[c], b = c + 1 < columns ? row[c + 1] * factor * weight[c + 1] : 0;
            float pair[2] = {a, b};
            if (cosine) {
                float co[2] = {0, 0}, si[2] = {0, 0};
                for (int axis = 0; axis < 3; axis++)
                    for (int i = 0; i < 2; i++)
                        if (cosine[axis]) co[i] += cosine[axis][c + i], si[i] += sine[axis][c + i];
                pair[0] = a * co[0] - b * si[0];
                pair[1] = b * co[1] + a * si[1];
            }
            for (size_t i = 0; i < 2 && c + i < columns; i++) {
                if (y_is_bf16)
                    ((ck_bf16 *)out)[c + i] = round_bf16(pair[i]);
                else
                    ((float *)out)[c + i] = pair[i];
            }
        }
    }
}

static void fuse(float *x, size_t rows, size_t columns, float epsilon, const float *weight, const void *injected,
                 int32_t injected_is_bf16, const float *alpha, const float *beta, size_t modulation_stride) {
    const vf one = splat(1.0f);
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * columns;
        const void *add = at(injected, injected_is_bf16, r * columns);
        const float *a = alpha + r * modulation_stride, *b = beta + r * modulation_stride;
        const vf factor = splat(1.0f / sqrtf(mean_of_squares(row, 0, columns, 0) + epsilon));
        for (size_t c = 0; c < columns; c += LANES) {
            const size_t left = columns - c;
            if (left >= LANES) {
                vf v = fma_(load(row + c) * factor, load(weight + c), load_any(add, injected_is_bf16, c));
                store(row + c, fma_(v, one + load(a + c), load(b + c)));
            } else {
                vf v = fma_(load_part(row + c, 0, left) * factor, load_part(weight + c, 0, left),
                            load_part(at(add, injected_is_bf16, c), injected_is_bf16, left));
                store_part(row + c, 0, fma_(v, one + load_part(a + c, 0, left), load_part(b + c, 0, left)), left);
            }
        }
    }
}

INLINE void pixel_norm_silu_any(const void *x, size_t rows, size_t columns, float epsilon, const float *scale,
                                const float *shift, void *y, const int is_bf16) {
    const vf one = splat(1.0f);
    for (size_t r = 0; r < rows; r++) {
        const void *row = at(x, is_bf16, r * columns);
        void *out = at_mutable(y, is_bf16, r * columns);
        const vf factor = splat(1.0f / sqrtf(mean_of_squares(row, is_bf16, columns, 0) + epsilon));
        for (size_t c = 0; c < columns; c += LANES) {
            const size_t left = columns - c;
            if (left >= LANES) {
                vf v = load_any(row, is_bf16, c) * factor;
                if (scale) v = fma_(v, one + load(scale + c), load(shift + c));
                store_any(out, is_bf16, c, silu_(v, is_bf16));
            } else {
                vf v = load_part(at(row, is_bf16, c), is_bf16, left) * factor;
                if (scale) v = fma_(v, one + load_part(scale + c, 0, left), load_part(shift + c, 0, left));
                store_part(at_mutable(out, is_bf16, c), is_bf16, silu_(v, is_bf16), left);
            }
        }
    }
}

static void pixel_norm_silu(const void *x, size_t rows, size_t columns, float epsilon, const float *scale,
                            const float *shift, void *y, int32_t is_bf16) {
    if (is_bf16)
        pixel_norm_silu_any(x, rows, columns, epsilon, scale, shift, y, 1);
    else
        pixel_norm_silu_any(x, rows, columns, epsilon, scale, shift, y, 0);
}

static void to_bf16(const float *x, ck_bf16 *y, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store_bf16(y + i, load(x + i));
    for (; i < count; i++) y[i] = round_bf16(x[i]);
}

static void to_f32(const ck_bf16 *x, float *y, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, load_bf16(x + i));
    for (; i < count; i++) y[i] = from_bf16(x[i]);
}

static void add_scaled(float *x, const float *y, float factor, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(x + i, fma_(load(y + i), splat(factor), load(x + i)));
    for (; i < count; i++) x[i] += y[i] * factor;
}

typedef uint8_t vb __attribute__((ext_vector_type(LANES)));

/// The scale with which `limit` steps reach the magnitude of these bits. They are compared as integers, so that NaN, the
/// largest, makes the scale NaN.
INLINE float scale_of(vi magnitudes, float limit) {
    const int32_t bits = __builtin_reduce_max(magnitudes);
    float highest;
    memcpy(&highest, &bits, sizeof highest);
    // Below this the inverse would overflow; such numbers round to zeros.
    return highest < 1e-30f ? 1.0f : highest / limit;
}

INLINE vi magnitude_of(vf v) { return (vi)v & 0x7fffffff; }

INLINE vb quantized(vf v, vf inverse, int32_t zero) {
    return __builtin_convertvector(
        __builtin_convertvector(__builtin_elementwise_roundeven(v * inverse), vi) + zero, vb);
}

static void quantize_rows(const void *x, int32_t x_is_bf16, size_t rows, size_t columns, size_t x_stride, uint8_t *y,
                          size_t y_stride, float *scales, float limit, int32_t zero) {
    for (size_t r = 0; r < rows; r++) {
        const void *row = at(x, x_is_bf16, r * x_stride);
        uint8_t *out = y + r * y_stride;
        vi top = (vi)0;
        size_t c = 0;
        for (; c + LANES <= columns; c += LANES)
            top = __builtin_elementwise_max(top, magnitude_of(load_any(row, x_is_bf16, c)));
        if (c < columns)
            top = __builtin_elementwise_max(
                top, magnitude_of(load_part(at(row, x_is_bf16, c), x_is_bf16, columns - c)));
        scales[r] = scale_of(top, limit);
        const vf inverse = splat(1.0f / scales[r]);
        for (c = 0; c < columns; c += LANES) {
            const size_t left = columns - c;
            vf v = left >= LANES ? load_any(row, x_is_bf16, c) : load_part(at(row, x_is_bf16, c), x_is_bf16, left);
            vb bytes = quantized(v, inverse, zero);
            memcpy(out + c, &bytes, left < LANES ? left : LANES);
        }
        memset(out + columns, zero, y_stride - columns);
    }
}

/// LANES columns of a key minus their means; beyond the last one zeros.
INLINE vf centered(const void *key, int is_bf16, const float *means, size_t column, size_t columns) {
    const size_t left = columns - column;
    if (left >= LANES) return load_any(key, is_bf16, column) - load(means + column);
    return load_part(at(key, is_bf16, column), is_bf16, left) - load_part(means + column, 0, left);
}

static void quantize_keys(const void *keys, int32_t is_bf16, size_t rows, size_t columns, size_t stride,
                          const float *means, uint8_t *packed, float *scale, float limit, int32_t zero) {
    vi top = (vi)0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c += LANES)
            top = __builtin_elementwise_max(
                top, magnitude_of(centered(at(keys, is_bf16, r * stride), is_bf16, means, c, columns)));
    *scale = scale_of(top, limit);
    const vf inverse = splat(1.0f / *scale);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c += LANES) {
            const vb bytes = quantized(centered(at(keys, is_bf16, r * stride), is_bf16, means, c, columns), inverse, zero);
            char words[LANES];
            memcpy(words, &bytes, LANES);
            for (size_t i = 0; i < LANES && c + i < columns; i += GROUP)
                memcpy(packed + ((c + i) / GROUP * CK_PANEL + r) * GROUP, words + i, GROUP);
        }
}

/// LANES columns of a row; beyond the last one zeros.
INLINE vf columns_of(const void *row, int is_bf16, size_t column, size_t columns) {
    const size_t left = columns - column;
    return left >= LANES ? load_any(row, is_bf16, column) : load_part(at(row, is_bf16, column), is_bf16, left);
}

static void quantize_values(const void *values, int32_t is_bf16, size_t rows, size_t columns, size_t stride,
                            uint8_t *packed, size_t width, float *scales, float limit) {
    for (size_t c = 0; c < columns; c += LANES) {
        vi top = (vi)0;
        for (size_t r = 0; r < rows; r++)
            top = __builtin_elementwise_max(
                top, magnitude_of(columns_of(at(values, is_bf16, r * stride), is_bf16, c, columns)));
        const vf highest = (vf)top;
        // As in scale_of.
        const vf scale = highest < splat(1e-30f) ? splat(1.0f) : highest * splat(1.0f / limit);
        store(scales + c, scale);
        const vf inverse = splat(1.0f) / scale;
        for (size_t r = 0; r < rows; r += GROUP) {
            vi word = (vi)0;
            for (int i = 0; i < GROUP && r + i < rows; i++) {
                const vf v = columns_of(at(values, is_bf16, (r + i) * stride), is_bf16, c, columns) * inverse;
                word |= (__builtin_convertvector(__builtin_elementwise_roundeven(v), vi) & 255) << (8 * i);
            }
            storei(packed + (r / GROUP * width + c) * GROUP, word);
        }
    }
}

#define DEFINE_PEAK(NAME, VEC, DOT, OPERATIONS)                                                                          \
    static double peak_##NAME(size_t iterations, float *sink) {                                                         \
        VEC sum[12];                                                                                                    \
        vi a = (vi)(int32_t)iterations, b = (vi)0x3f803f80;                                                             \
        for (int i = 0; i < 12; i++) sum[i] = (VEC)(0);                                                                 \
        for (size_t n = 0; n < iterations; n++) {                                                                       \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < 12; i++) {                                           \
                sum[i] = DOT(sum[i], a, b);                                                                             \
                __asm__ volatile("" : "+x"(sum[i]), "+x"(a), "+x"(b));                                                  \
            }                                                                                                           \
        }                                                                                                               \
        VEC all = sum[0];                                                                                               \
        for (int i = 1; i < 12; i++) all += sum[i];                                                                     \
        memcpy(sink, &all, sizeof(float));                                                                              \
        return (double)iterations * 12 * LANES * OPERATIONS;                                                            \
    }

DEFINE_PEAK(f32, vf, dot_f32, 2)
DEFINE_PEAK(bf16, vf, dot_bf16, 4)
DEFINE_PEAK(i8, vi, dot_i8, 8)
