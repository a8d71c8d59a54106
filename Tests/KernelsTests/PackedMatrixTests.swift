import Kernels
import TestSupport
import Testing

@Suite struct PackedMatrixTests {
    @Test("Packing by many threads and from bf16 gives the same products", arguments: KernelVariant.all, [37, 84])
    func sources(variant: KernelVariant, inputs: Int) {
        let (rows, columns) = (5, 150)
        var random = SeededGenerator(seed: 9)
        let weights = random.floats(columns * inputs).roundedToBF16
        let x = random.floats(rows * inputs)
        let halves = weights.map { bf16Bits($0) }
        func pack(_ elements: WeightElements, threads: Int) -> PackedMatrix {
            PackedMatrix(
                elements, outputChannels: columns, inputChannels: inputs, precision: variant.precision,
                kernels: variant.kernels, parallel: Parallel(threadCount: threads))
        }
        func product(fromBF16: Bool, threads: Int) -> [Float] {
            let matrix = weights.withUnsafeBufferPointer { floats in
                halves.withUnsafeBufferPointer { halves -> PackedMatrix? in
                    guard let floats = floats.baseAddress, let halves = halves.baseAddress else { return nil }
                    return pack(fromBF16 ? .bf16(halves) : .fp32(floats), threads: threads)
                }
            }
            guard let matrix else { return [] }
            var output = [Float](repeating: .nan, count: rows * columns)
            variant.kernels.linear(
                x, rows: rows, matrix: matrix, into: &output, parallel: Parallel(threadCount: 1))
            return output
        }
        let expected = product(fromBF16: false, threads: 1)
        #expect(expected.count == rows * columns && expected.allSatisfy { $0.isFinite })
        #expect(product(fromBF16: true, threads: 1) == expected)
        #expect(product(fromBF16: false, threads: 4) == expected)
    }

    @Test("A column of zeros in int8 gives zeros", arguments: KernelLevel.supported)
    func zeroColumn(level: KernelLevel) {
        let matrix = PackedMatrix(
            outputChannels: 3, inputChannels: 6, precision: .int8, kernels: Kernels(level)
        ) { output, _, _ in output == 1 ? 0 : 0.25 }
        var output = [Float](repeating: .nan, count: 3)
        Kernels(level).linear(
            [2, 2, 2, 2, 2, 2], rows: 1, matrix: matrix, into: &output, parallel: Parallel(threadCount: 1))
        #expect(output[1] == 0)
        #expect(abs(output[0] - 3) < 1e-5 && abs(output[2] - 3) < 1e-5)
    }

    @Test("Bytes kept: columns in steps of 16, inputs in groups of 4 bytes")
    func byteCount() {
        for (precision, groups) in [(Precision.fp32, 7), (.bf16, 4), (.int8, 2)] {
            let matrix = PackedMatrix(outputChannels: 17, inputChannels: 7, tapCount: 3, precision: precision) {
                _, _, _ in 1
            }
            #expect(matrix.groups == groups)
            #expect(matrix.byteCount == 32 * groups * 3 * 4 + (precision == .int8 ? 17 * 8 : 0))
        }
    }
}
