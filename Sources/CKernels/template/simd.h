// Vectors of LANES floats in clang's portable notation; each level compiles the templates with its own width.
// A level defines LANES, HAS_FMA, and may define HAS_AVX512.
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int32_t vi __attribute__((ext_vector_type(LANES)));
typedef uint32_t vu __attribute__((ext_vector_type(LANES)));
typedef uint16_t vh __attribute__((ext_vector_type(LANES)));

INLINE vf load(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }
INLINE vi loadi(const void *p) { vi v; memcpy(&v, p, sizeof v); return v; }
INLINE void storei(void *p, vi v) { memcpy(p, &v, sizeof v); }
INLINE vf splat(float x) { return (vf)x; }

INLINE vf fma_(vf a, vf b, vf c) {
#if HAS_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE vf load_bf16(const ck_bf16 *p) {
    vh h;
    memcpy(&h, p, sizeof h);
    return (vf)(__builtin_convertvector(h, vu) << 16);
}

/// The larger and the smaller; where `b` is no number the result is `b`. One instruction each, where the builtins take three
/// because they drop NaN, which must reach the output.
INLINE vf larger(vf a, vf b) { return a > b ? a : b; }
INLINE vf smaller(vf a, vf b) { return a < b ? a : b; }

/// Rounds to nearest even; NaN stays NaN. AVX-512 rounds denormals to zero.
INLINE void store_bf16(ck_bf16 *p, vf v) {
#if HAS_AVX512
    __m256bh h = _mm512_cvtneps_pbh((__m512)v);
    memcpy(p, &h, sizeof h);
#else
    vu u = (vu)v;
    vu r = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    r = (vi)(u & 0x7fffffff) > 0x7f800000 ? (vu)0x7fc0 : r;  // the carry would turn some NaN into zero or infinity
    vh h = __builtin_convertvector(r, vh);
    memcpy(p, &h, sizeof h);
#endif
}

INLINE float from_bf16(ck_bf16 x) {
    uint32_t u = (uint32_t)x << 16;
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

INLINE ck_bf16 round_bf16(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    if ((u & 0x7fffffff) > 0x7f800000) return 0x7fc0;
    return (ck_bf16)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

/// The first `n` (< LANES) elements; the rest zero.
INLINE vf load_part(const void *p, int is_bf16, size_t n) {
    float t[LANES] = {0};
    if (is_bf16)
        for (size_t i = 0; i < n; i++) t[i] = from_bf16(((const ck_bf16 *)p)[i]);
    else
        memcpy(t, p, n * sizeof(float));
    return load(t);
}

INLINE void store_part(void *p, int is_bf16, vf v, size_t n) {
    float t[LANES];
    store(t, v);
    if (is_bf16)
        for (size_t i = 0; i < n; i++) ((ck_bf16 *)p)[i] = round_bf16(t[i]);
    else
        memcpy(p, t, n * sizeof(float));
}

INLINE vf load_any(const void *p, int is_bf16, size_t i) {
    return is_bf16 ? load_bf16((const ck_bf16 *)p + i) : load((const float *)p + i);
}

INLINE void store_any(void *p, int is_bf16, size_t i, vf v) {
    if (is_bf16)
        store_bf16((ck_bf16 *)p + i, v);
    else
        store((float *)p + i, v);
}

/// Two neighbouring vectors.
INLINE void store_two(void *p, int is_bf16, size_t i, vf a, vf b) {
#if HAS_AVX512
    if (is_bf16) {
        __m512bh h = _mm512_cvtne2ps_pbh((__m512)b, (__m512)a);
        memcpy((ck_bf16 *)p + i, &h, sizeof h);
        return;
    }
#endif
    store_any(p, is_bf16, i, a);
    store_any(p, is_bf16, i + LANES, b);
}

/// Four vectors of numbers in 0 ... 255 as 4 * LANES bytes.
INLINE void store_bytes(void *p, const vi *v) {
#if HAS_AVX512
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i low = _mm512_packus_epi32((__m512i)v[0], (__m512i)v[1]), high = _mm512_packus_epi32((__m512i)v[2], (__m512i)v[3]);
    __m512i bytes = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(low, high));
    memcpy(p, &bytes, sizeof bytes);
#elif LANES == 8
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i low = _mm256_packus_epi32((__m256i)v[0], (__m256i)v[1]), high = _mm256_packus_epi32((__m256i)v[2], (__m256i)v[3]);
    __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), order);
    memcpy(p, &bytes, sizeof bytes);
#else
    typedef uint8_t quad __attribute__((ext_vector_type(LANES)));
    for (int i = 0; i < 4; i++) {
        quad bytes = __builtin_convertvector(v[i], quad);
        memcpy((char *)p + i * LANES, &bytes, sizeof bytes);
    }
#endif
}

INLINE const void *at(const void *p, int is_bf16, size_t i) { return (const char *)p + i * (is_bf16 ? 2 : 4); }
INLINE void *at_mutable(void *p, int is_bf16, size_t i) { return (char *)p + i * (is_bf16 ? 2 : 4); }

INLINE float reduce_add(vf v) {
#if HAS_AVX512
    return _mm512_reduce_add_ps((__m512)v);
#else
    float t[LANES];
    store(t, v);
#pragma clang loop unroll(full)
    for (int w = LANES / 2; w > 0; w /= 2)
        for (int i = 0; i < w; i++) t[i] += t[i + w];
    return t[0];
#endif
}

INLINE float reduce_max(vf v) { return __builtin_reduce_max(v); }

// Added to a number below 2^22 this leaves its nearest whole number in the last bits of the sum.
#define TO_WHOLE 12582912.0f

/// 2^x for x <= 127 (below -126: 2^-126), by a polynomial on [-1/2, 1/2]; relative error 1e-7.
INLINE vf exp2_(vf x) {
    x = larger(splat(-126.0f), x);
    const vf moved = x + splat(TO_WHOLE), f = x - (moved - splat(TO_WHOLE));
    vf p = splat(1.32764718e-3f);
    p = fma_(p, f, splat(9.67554133e-3f));
    p = fma_(p, f, splat(5.55071327e-2f));
    p = fma_(p, f, splat(2.40221197e-1f));
    p = fma_(p, f, splat(6.93146967e-1f));
    p = fma_(p, f, splat(1.00000007f));
    return (vf)((vi)p + ((vi)moved << 23));
}

/// 2^x to 1e-4, enough where the result is rounded to bf16 at once, or x is known from int8.
INLINE vf exp2_rough(vf x) {
#if HAS_AVX512
    // The instruction that scales takes 2^floor(x); what lies below 2^-126 becomes zero by itself.
    const vf f = (vf)_mm512_reduce_ps((__m512)x, _MM_FROUND_TO_NEG_INF);
    vf p = fma_(splat(0.07802452f), f, splat(0.22606716f));
    p = fma_(p, f, splat(0.69583354f));
    p = fma_(p, f, splat(0.99992522f));
    return (vf)_mm512_scalef_ps((__m512)p, (__m512)x);
#else
    x = larger(splat(-126.0f), x);
    const vf moved = x + splat(TO_WHOLE), f = x - (moved - splat(TO_WHOLE));
    vf p = fma_(splat(0.05517166f), f, splat(0.24261112f));
    p = fma_(p, f, splat(0.69326099f));
    p = fma_(p, f, splat(0.99992807f));
    return (vf)((vi)p + ((vi)moved << 23));
#endif
}

/// e^x for x from -87.3 to 88, clamped to that range.
INLINE vf exp_(vf x) {
    // Far outside the range the polynomial would overflow. x * log2(e) in two parts keeps the error of large arguments small.
    x = larger(splat(-87.3f), smaller(splat(88.0f), x));
    vf n = __builtin_elementwise_roundeven(x * splat(1.44269504f));
    vf f = fma_(n, splat(-0.693359375f), x);
    f = fma_(n, splat(2.12194440e-4f), f);
    vf p = splat(1.9875691e-4f);
    p = fma_(p, f, splat(1.3981999e-3f));
    p = fma_(p, f, splat(8.3334519e-3f));
    p = fma_(p, f, splat(4.1665795e-2f));
    p = fma_(p, f, splat(1.6666665e-1f));
    p = fma_(p, f, splat(0.5f));
    p = fma_(p * f, f, f) + splat(1.0f);
#if HAS_AVX512
    return (vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    return p * (vf)((__builtin_convertvector(n, vi) + 127) << 23);
#endif
}

/// 1 / (1 + e^-x); `rough` to 1e-4, enough where the result is rounded to bf16 at once.
INLINE vf sigmoid_(vf x, const int rough) {
    // Elsewhere bf16 is emulated, and nothing is won.
    const int takes_rough = rough && HAS_AVX512;
    return splat(1.0f) / (splat(1.0f) + (takes_rough ? exp2_rough(x * splat(-1.44269504f)) : exp_(-x)));
}
INLINE vf silu_(vf x, const int rough) { return x * sigmoid_(x, rough); }
/// 0.5 x (1 + tanh(u)) = x sigmoid(2 u), u = sqrt(2/pi) (x + 0.044715 x^3).
INLINE vf gelu_(vf x, const int rough) {
    vf u = x * fma_(x * x, splat(0.07135481f), splat(1.59576912f));
    return x * sigmoid_(u, rough);
}
