// Eight floats at a time with fused multiply-add; bf16 is widened in registers, int8 weights keep to +-63 because
// vpmaddubsw adds two products in 16 bits.
#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 8
#define HAS_FMA 1
#define HAS_AVX512 0

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "../template/simd.h"
#include "../template/gemm.h"
#include "../template/attention.h"
#include "../template/rowwise.h"
#pragma clang attribute pop
#include "../template/table.h"

const ck_table ck_avx2_table = TABLE(CK_AVX2, "avx2", 63);
#endif
