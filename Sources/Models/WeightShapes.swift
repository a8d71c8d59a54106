/// Collects the names and shapes of the tensors that a model expects in its checkpoint.
struct WeightShapes {
    private(set) var shapes: [String: [Int]] = [:]

    /// `name.weight` `[outputs, inputs]` and `name.bias` `[outputs]`.
    mutating func linear(_ name: String, from inputs: Int, to outputs: Int) {
        shapes["\(name).weight"] = [outputs, inputs]
        shapes["\(name).bias"] = [outputs]
    }

    /// `name.weight` `[outputs, inputs] + kernel` and `name.bias` `[outputs]`.
    mutating func convolution(_ name: String, from inputs: Int, to outputs: Int, kernel: [Int] = [3, 3, 3]) {
        shapes["\(name).weight"] = [outputs, inputs] + kernel
        shapes["\(name).bias"] = [outputs]
    }

    /// `name.weight` and `name.bias`, both `[channels]`.
    mutating func norm(_ name: String, channels: Int) {
        shapes["\(name).weight"] = [channels]
        shapes["\(name).bias"] = [channels]
    }

    mutating func tensor(_ name: String, _ shape: [Int]) {
        shapes[name] = shape
    }

    /// The two linear layers that turn a sinusoid of a timestep into an embedding.
    mutating func timestepEmbedder(_ name: String, width: Int) {
        linear("\(name).timestep_embedder.linear_1", from: VideoTransformerConfiguration.sinusoidWidth, to: width)
        linear("\(name).timestep_embedder.linear_2", from: width, to: width)
    }
}
