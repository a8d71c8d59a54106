/// The arithmetic of the large matrix products and of attention. Sums are fp32 (int32 for int8) in every case.
package enum Precision: String, Codable, Sendable, CaseIterable {
    /// The reference: fp32 weights and activations.
    case fp32
    /// bf16 operands, fp32 sums. Fast only where the CPU has AVX-512 BF16.
    case bf16
    /// int8 weights (a scale per output channel) and activations (a scale per token), int32 sums.
    case int8
}
