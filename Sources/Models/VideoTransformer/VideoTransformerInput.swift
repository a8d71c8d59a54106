package import Tensors

/// What the transformer sees in one forward pass.
package struct VideoTransformerInput {
    /// Latent tokens, `[batch, tokens, channels]`.
    package var tokens: Tensor
    /// Seconds, pixel rows and pixel columns of every token, `[batch or 1, 3, tokens]`.
    package var coordinates: Tensor
    /// Times in 0...1, `[batch, 1]` or, one for each token, `[batch, tokens]`.
    package var timesteps: Tensor
    /// States of the text encoder, `[batch, words, captionChannels]`.
    package var prompt: Tensor
    /// 1 for words, 0 for padding, `[batch, words]`.
    package var promptMask: Tensor

    package init(tokens: Tensor, coordinates: Tensor, timesteps: Tensor, prompt: Tensor, promptMask: Tensor) {
        self.tokens = tokens
        self.coordinates = coordinates
        self.timesteps = timesteps
        self.prompt = prompt
        self.promptMask = promptMask
    }

    var batchCount: Int { tokens.shape[0] }
    var tokenCount: Int { tokens.shape[1] }

    func check(_ configuration: VideoTransformerConfiguration) {
        precondition(
            tokens.rank == 3 && tokens.shape[2] == configuration.inputChannels,
            "video transformer: tokens \(tokens.shape), \(configuration.inputChannels) channels")
        precondition(
            coordinates.rank == 3 && (coordinates.shape[0] == 1 || coordinates.shape[0] == batchCount)
                && coordinates.shape[1...] == [3, tokenCount],
            "video transformer: coordinates \(coordinates.shape) for tokens \(tokens.shape)")
        precondition(
            timesteps.shape == [batchCount, 1] || timesteps.shape == [batchCount, tokenCount],
            "video transformer: timesteps \(timesteps.shape) for tokens \(tokens.shape)")
        precondition(
            prompt.rank == 3 && prompt.shape[0] == batchCount && prompt.shape[2] == configuration.captionChannels
                && promptMask.shape == Array(prompt.shape[..<2]),
            "video transformer: prompt \(prompt.shape) and mask \(promptMask.shape) for tokens \(tokens.shape)")
    }
}

/// The result of a forward pass.
package struct VideoTransformerOutput {
    /// The predicted velocity `noise - data`, `[batch, tokens, channels]`.
    package var velocity: Tensor
    /// The token stream behind each captured block (and its fusion block), `[batch, tokens, width]`.
    package var streams: [Int: Tensor]
}
