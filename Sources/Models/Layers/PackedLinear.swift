package import Kernels
package import WeightFiles

/// A linear layer laid out for the kernels: weight in one precision, bias fp32.
package final class PackedLinear: Sendable {
    package let matrix: PackedMatrix
    private let biasValues: AlignedBuffer?

    /// `weights` in the checkpoint: `NAME.weight` `[outputs, inputs]`, and `NAME.bias` `[outputs]` where there is one.
    ///
    /// `packed`: where the matrix may already be laid out, from the same weights.
    /// - Throws: ``WeightError`` where a tensor is missing.
    package init(
        _ checkpoint: Checkpoint, _ name: String, precision: Precision, hasBias: Bool = true,
        kernels: Kernels = Kernels(), parallel: Parallel, packed: PackedWeights? = nil
    ) throws(WeightError) {
        let weight = try checkpoint.raw("\(name).weight")
        precondition(weight.shape.count == 2, "linear \(name): weight \(weight.shape)")
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        if let stored = packed?.matrix(name, outputChannels: outputs, inputChannels: inputs, precision: precision) {
            matrix = stored
        } else {
            matrix = Self.pack(
                weight, outputs: outputs, inputs: inputs, precision: precision, kernels: kernels, parallel: parallel)
            // The packed copy is what is used; the mapped pages need not stay beside it.
            weight.release()
        }
        biasValues = hasBias ? AlignedBuffer(floats: try checkpoint.floats("\(name).bias")) : nil
    }

    package init(matrix: PackedMatrix, bias: [Float]?) {
        self.matrix = matrix
        biasValues = bias.map(AlignedBuffer.init(floats:))
    }

    package var bias: UnsafePointer<Float>? { biasValues.map { UnsafePointer($0.floats()) } }
    package var byteCount: Int { matrix.byteCount + (biasValues?.byteCount ?? 0) }

    /// Packs straight from the mapped file where its type allows, else from a widened copy.
    private static func pack(
        _ weight: RawTensor, outputs: Int, inputs: Int, precision: Precision, kernels: Kernels, parallel: Parallel
    ) -> PackedMatrix {
        func packed(_ elements: WeightElements) -> PackedMatrix {
            PackedMatrix(
                elements, outputChannels: outputs, inputChannels: inputs, precision: precision, kernels: kernels,
                parallel: parallel)
        }
        if weight.dtype == .bfloat16 {
            let direct: PackedMatrix? = weight.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress, Int(bitPattern: base).isMultiple(of: 2) else { return nil }
                return packed(.bf16(base.assumingMemoryBound(to: UInt16.self)))
            }
            if let direct { return direct }
        }
        return weight.floats().withUnsafeBufferPointer { values in
            values.baseAddress.map { packed(.fp32($0)) }
                ?? PackedMatrix(
                    outputChannels: outputs, inputChannels: inputs, precision: precision, kernels: kernels
                ) { _, _, _ in 0 }
        }
    }
}

extension AlignedBuffer {
    /// A copy of some floats.
    package convenience init(floats values: [Float]) {
        self.init(byteCount: values.count * 4)
        for (index, value) in values.enumerated() { floats()[index] = value }
    }
}
