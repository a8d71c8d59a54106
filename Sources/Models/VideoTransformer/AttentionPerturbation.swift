/// How spatio-temporal guidance weakens the model in some blocks for some batch elements.
///
/// Source: Hyung et al. 2024, arXiv:2411.18664; `SkipLayerStrategy` of ltx_video.
package struct AttentionPerturbation: Sendable, Equatable {
    /// What is left out, under the names of published settings (`stg_mode`).
    package enum Mode: String, Sendable, Equatable, CaseIterable, Codable {
        /// The value projection stands in for the self-attention's result, before the output projection.
        case attentionValues = "attention_values"
        /// The self-attention's input stands in for its result, before the output projection.
        case attentionSkip = "attention_skip"
        /// Acts on a residual inside the attention layer, which this transformer has not: nothing changes.
        case residual
        /// The block is left out.
        case transformerBlock = "transformer_block"
    }

    package var mode: Mode
    /// The blocks that are weakened.
    package var blocks: Set<Int>
    /// The batch elements that are weakened.
    package var batchElements: Set<Int>

    package init(mode: Mode, blocks: Set<Int>, batchElements: Set<Int>) {
        self.mode = mode
        self.blocks = blocks
        self.batchElements = batchElements
    }
}
