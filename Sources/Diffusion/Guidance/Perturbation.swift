/// What spatio-temporal guidance leaves out of a block for the perturbed velocity.
///
/// Source: engine reference, section 6; `SkipLayerStrategy` of ltx_video.
package enum Perturbation: String, Sendable, Hashable, CaseIterable, Codable {
    /// The self-attention's result becomes its value projection.
    case attentionValues = "attention_values"
    /// The self-attention's result becomes its input.
    case attentionSkip = "attention_skip"
    /// Without effect on this transformer.
    case residual = "residual"
    /// The block's output becomes its input.
    case transformerBlock = "transformer_block"

    /// Whether the perturbed velocity can differ from the positive one.
    package var hasEffect: Bool { self != .residual }
}
