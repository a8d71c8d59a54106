#include "CKernels.h"

extern const ck_table ck_portable_table;
#if defined(__x86_64__)
extern const ck_table ck_avx2_table;
extern const ck_table ck_avx512_table;
#endif

ck_level ck_best_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bf16")
        && __builtin_cpu_supports("avx512vnni"))
        return CK_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CK_AVX2;
#endif
    return CK_PORTABLE;
}

int32_t ck_has_bf16(ck_level level) { return level == CK_AVX512; }

const ck_table *ck_table_for(ck_level level) {
#if defined(__x86_64__)
    if (level == CK_AVX512) return &ck_avx512_table;
    if (level == CK_AVX2) return &ck_avx2_table;
#endif
    (void)level;
    return &ck_portable_table;
}
