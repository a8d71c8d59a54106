import Foundation
import Tensors

/// Multi-head attention with RMS norms over all channels of queries and keys.
///
/// Source: `Attention` with `qk_norm = "rms_norm"` of ltx_video.
struct TransformerAttention {
    private let query: LinearLayer
    private let key: LinearLayer
    private let value: LinearLayer
    private let output: LinearLayer
    private let queryNorm: Tensor
    private let keyNorm: Tensor
    private let headCount: Int
    private let headWidth: Int
    private let epsilon: Float

    init(_ weights: WeightScope, configuration: VideoTransformerConfiguration) throws {
        let width = configuration.width
        query = try LinearLayer(weights["to_q"], from: width, to: width)
        key = try LinearLayer(weights["to_k"], from: width, to: width)
        value = try LinearLayer(weights["to_v"], from: width, to: width)
        output = try LinearLayer(weights["to_out.0"], from: width, to: width)
        queryNorm = try weights.tensor("q_norm.weight", shape: [width])
        keyNorm = try weights.tensor("k_norm.weight", shape: [width])
        headCount = configuration.headCount
        headWidth = configuration.headWidth
        epsilon = configuration.queryKeyNormEpsilon
    }

    /// Attention of the tokens to each other, with rotated queries and keys.
    ///
    /// - Parameters:
    ///   - x: `[batch, tokens, width]`, normed and modulated.
    ///   - rotation: cosines and sines, `[batch or 1, tokens, width]`.
    ///   - replacement: what stands in for the result before the output projection, and where.
    /// - Returns: `[batch, tokens, width]`.
    func selfAttention(
        _ x: Tensor, rotation: (cosines: Tensor, sines: Tensor), replacement: AttentionReplacement?
    ) -> Tensor {
        func rotated(_ layer: LinearLayer, _ norm: Tensor) -> Tensor {
            layer(x).rmsNorm(weight: norm, epsilon: epsilon)
                .rotated(cosines: rotation.cosines, sines: rotation.sines)
        }
        let v = value(x)
        let attended = attention(rotated(query, queryNorm), rotated(key, keyNorm), v, bias: nil)
        guard let replacement else { return output(attended) }
        let substitute = replacement.usesValues ? v : x
        return output(attended * replacement.keep + substitute * (1 - replacement.keep))
    }

    /// Attention of the tokens to the prompt.
    ///
    /// - Parameters:
    ///   - x: the raw stream, `[batch, tokens, width]`.
    ///   - caption: the projected prompt, `[batch, words, width]`.
    ///   - bias: `[batch, 1, 1, words]`, added to the logits.
    /// - Returns: `[batch, tokens, width]`.
    func crossAttention(_ x: Tensor, caption: Tensor, bias: Tensor) -> Tensor {
        let q = query(x).rmsNorm(weight: queryNorm, epsilon: epsilon)
        let k = key(caption).rmsNorm(weight: keyNorm, epsilon: epsilon)
        return output(attention(q, k, value(caption), bias: bias))
    }

    private func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, bias: Tensor?) -> Tensor {
        let merged = Tensor.attention(
            query: heads(q), key: heads(k), value: heads(v), scale: 1 / Float(headWidth).squareRoot(), bias: bias)
        return merged.permuted([0, 2, 1, 3]).reshaped([q.shape[0], q.shape[1], headCount * headWidth])
    }

    /// `[batch, tokens, width]` to `[batch, heads, tokens, headWidth]`.
    private func heads(_ x: Tensor) -> Tensor {
        x.reshaped([x.shape[0], x.shape[1], headCount, headWidth]).permuted([0, 2, 1, 3])
    }
}

/// Where a self-attention's result is replaced: see ``AttentionPerturbation``.
struct AttentionReplacement {
    /// 1 where the result stays and 0 where it is replaced, `[batch, 1, 1]`.
    let keep: Tensor
    /// By the values; else by the input.
    let usesValues: Bool
}
