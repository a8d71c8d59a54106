import Tensors
import TestSupport
import Testing
import WeightFiles

/// Video tensors of the goldens are `[batch, channels, frames, height, width]`; ours have the channels last.
private func channelsLast(_ x: Tensor) -> Tensor { x.permuted([0, 2, 3, 4, 1]) }
private func channelsFirst(_ x: Tensor) -> Tensor { x.permuted([0, 4, 1, 2, 3]) }

/// The settings of a `layer_grads` case.
private struct LayerSettings {
    let rmsNormEpsilon: Float
    let layerNormEpsilon: Float
    let pixelNormEpsilon: Float
    let groupCount: Int
    let groupNormEpsilon: Float
    let padding: [Int]
    let size: [Int]

    init(_ config: JSONValue) throws {
        rmsNormEpsilon = Float(try #require(config["rms_norm_eps"]?.double))
        layerNormEpsilon = Float(try #require(config["layer_norm_eps"]?.double))
        pixelNormEpsilon = Float(try #require(config["pixel_norm_eps"]?.double))
        groupCount = try #require(config["group_norm"]?["groups"]?.int)
        groupNormEpsilon = Float(try #require(config["group_norm"]?["eps"]?.double))
        padding = try #require(config["conv3d_padding"]?.ints)
        size = try #require(config["trilinear_size"]?.ints)
        // The one formula that the case gives as text.
        let scale = config["attention_scale"]?.string
        #expect(scale == "1/sqrt(head_dim)")
    }
}

@Suite struct LayerGradientGoldenTests {
    @Test(
        "Ops and their gradients agree with the reference implementation",
        arguments: try GoldenSet.current.cases(kind: "layer_grads"))
    func matches(golden: Golden) throws {
        let settings = try LayerSettings(golden.config)
        try check(golden, "rms_norm", ["a"]) { $0[0].rmsNorm(epsilon: settings.rmsNormEpsilon) }
        try check(golden, "layer_norm", ["a"]) { $0[0].layerNorm(epsilon: settings.layerNormEpsilon) }
        try check(golden, "gelu_tanh", ["a"]) { $0[0].geluTanh() }
        try check(golden, "silu", ["a"]) { $0[0].silu() }
        try check(golden, "softmax", ["a"]) { $0[0].softmax() }
        try check(golden, "cosine", ["a", "b"]) { $0[0].cosineSimilarity(to: $0[1]) }
        try check(golden, "pixel_norm", ["v"]) {
            channelsFirst(channelsLast($0[0]).rmsNorm(epsilon: settings.pixelNormEpsilon))
        }
        try check(golden, "group_norm", ["v", "gw", "gb"]) {
            channelsFirst(
                channelsLast($0[0]).groupNorm(
                    groupCount: settings.groupCount, weight: $0[1], bias: $0[2], epsilon: settings.groupNormEpsilon))
        }
        for (name, stride) in [("conv3d", [1, 1, 1]), ("conv3d_stride2", [2, 2, 2])] {
            try check(golden, name, ["v", "cw", "cb"]) {
                channelsFirst(
                    channelsLast($0[0]).conv3d(
                        weight: $0[1], bias: $0[2], stride: stride, padding: settings.padding))
            }
        }
        try check(golden, "trilinear", ["v"]) {
            channelsFirst(channelsLast($0[0]).trilinearResized(to: settings.size))
        }
        let bias = try golden.input("bias")
        try check(golden, "attention", ["q", "k", "w"]) {
            Tensor.attention(
                query: $0[0], key: $0[1], value: $0[2], scale: 1 / Float($0[0].shape[3]).squareRoot(), bias: bias)
        }
    }

    /// Compares `OP.y` and every `OP.d_INPUT` for the cotangent `OP.dy`.
    private func check(
        _ golden: Golden, _ op: String, _ names: [String], sourceLocation: SourceLocation = #_sourceLocation,
        _ function: ([Tensor]) -> Tensor
    ) throws {
        let leaves = try names.map { try golden.input($0).tracked() }
        let y = function(leaves)
        try golden.expectClose(y, "\(op).y", sourceLocation: sourceLocation)
        let gradients = y.backward(cotangent: try golden.input("\(op).dy"))
        for (name, leaf) in zip(names, leaves) {
            let gradient = try #require(gradients[leaf], sourceLocation: sourceLocation)
            try golden.expectClose(gradient, "\(op).d_\(name)", sourceLocation: sourceLocation)
        }
    }
}
