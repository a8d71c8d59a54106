// Sixteen floats at a time; bf16 pairs and int8 quadruples are multiplied by single instructions (vdpbf16ps, vpdpbusd).
#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#define HAS_FMA 1
#define HAS_AVX512 1

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vnni"))), apply_to = function)
#include "../template/simd.h"
#include "../template/gemm.h"
#include "../template/attention.h"
#include "../template/rowwise.h"
#pragma clang attribute pop
#include "../template/table.h"

const ck_table ck_avx512_table = TABLE(CK_AVX512, "avx512", 127);
#endif
