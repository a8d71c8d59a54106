import Kernels
import Tensors
import WeightFiles

/// The linear layers of a text encoder, none of which has a bias: kept packed, or packed from the file for each use.
///
/// A published T5-XXL has 9.5 GB of weights and runs once a prompt. Streamed, it needs the memory of one layer: the mapped
/// file's pages are the system's to drop.
struct TextEncoderLinear: Sendable {
    private let checkpoint: Checkpoint
    private let precision: Precision
    /// Names of the layers that stay fp32.
    private let exact: Set<String>
    private let parallel: Parallel
    private let kernels: Kernels
    /// By name; empty if the layers are streamed.
    private let kept: [String: PackedLinear]

    /// - Throws: ``WeightError`` where a layer to keep is missing.
    init(
        _ checkpoint: Checkpoint, keeping names: [String], exact: Set<String>, precision: Precision,
        parallel: Parallel, kernels: Kernels
    ) throws(WeightError) {
        self.checkpoint = checkpoint
        self.precision = precision
        self.exact = exact
        self.parallel = parallel
        self.kernels = kernels
        var kept: [String: PackedLinear] = [:]
        for name in names {
            kept[name] = try PackedLinear(
                checkpoint, name, precision: exact.contains(name) ? .fp32 : precision, hasBias: false, kernels: kernels,
                parallel: parallel)
        }
        self.kept = kept
    }

    /// Bytes of the layers that are kept.
    var byteCount: Int { kept.values.reduce(0) { $0 + $1.byteCount } }

    /// Applies the layer called `name`.
    ///
    /// - Parameters:
    ///   - name: the weight's name without `.weight`.
    ///   - x: `[rows, inputs]`.
    ///   - activation: applied to the product.
    /// - Returns: `[rows, outputs]`.
    /// - Throws: ``WeightError`` where the layer is missing.
    func callAsFunction(
        _ name: String, _ x: Tensor, activation: Epilogue.Activation = .none
    ) throws(WeightError) -> Tensor {
        if let layer = kept[name] { return product(x, layer, activation) }
        let layer = try PackedLinear(
            checkpoint, name, precision: exact.contains(name) ? .fp32 : precision, hasBias: false, kernels: kernels,
            parallel: parallel)
        try checkpoint.raw("\(name).weight").release()
        return product(x, layer, activation)
    }

    private func product(_ x: Tensor, _ layer: PackedLinear, _ activation: Epilogue.Activation) -> Tensor {
        let matrix = layer.matrix
        precondition(x.rank == 2 && x.shape[1] == matrix.inputChannels, "linear: \(x.shape) by \(matrix.inputChannels)")
        return Tensor(shape: [x.shape[0], matrix.outputChannels]) { output in
            x.withUnsafeBuffer { input in
                guard let source = input.baseAddress, let target = output.baseAddress else { return }
                kernels.linear(
                    source, rows: x.shape[0], matrix: matrix, activation: activation, into: target, parallel: parallel)
            }
        }
    }
}
