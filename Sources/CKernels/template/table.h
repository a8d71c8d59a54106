// The table of one level, from the functions that the templates defined.
#define TABLE(LEVEL, NAME, I8_LIMIT)                                                                                     \
    {                                                                                                                   \
        .level = LEVEL, .name = NAME, .gemm_f32 = gemm_f32, .gemm_bf16 = gemm_bf16, .gemm_i8 = gemm_i8,                 \
        .i8_limit = I8_LIMIT, .attention_f32 = attention_f32, .attention_bf16 = attention_bf16,                         \
        .attention_i8 = attention_i8,                                                                                   \
        .rms_modulate = rms_modulate, .layer_modulate = layer_modulate, .norm_rotate = norm_rotate, .fuse = fuse,       \
        .pixel_norm_silu = pixel_norm_silu, .to_bf16 = to_bf16, .to_f32 = to_f32, .quantize_rows = quantize_rows,       \
        .quantize_keys = quantize_keys, .quantize_values = quantize_values, .add_scaled = add_scaled, .peak_f32 = peak_f32, .peak_bf16 = peak_bf16,            \
        .peak_i8 = peak_i8,                                                                                             \
    }
