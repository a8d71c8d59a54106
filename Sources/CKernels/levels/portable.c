// Four floats at a time in plain clang vectors: runs on every CPU and is the plainest form of each kernel.
#include "CKernels.h"

#define LANES 4
#define HAS_FMA 0
#define HAS_AVX512 0

#include "../template/simd.h"
#include "../template/gemm.h"
#include "../template/attention.h"
#include "../template/rowwise.h"
#include "../template/table.h"

const ck_table ck_portable_table = TABLE(CK_PORTABLE, "portable", 127);
