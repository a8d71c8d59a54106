import Kernels
import TestSupport
import Testing

@Suite struct IntegerProductTests {
    /// Runs raw bytes (value + 128) against integer weights whose largest magnitude is the level's limit, so that the
    /// weights' scale is 1, and expects the integer sums, which become floats only once.
    private func check(
        _ level: KernelLevel, rows: Int, columns: Int, inputs: Int, byte: (Int, Int) -> UInt8,
        weight: @escaping @Sendable (_ column: Int, _ input: Int) -> Int, _ label: String
    ) {
        let stride = (inputs + 3) / 4 * 4
        var bytes = [UInt8](repeating: 128, count: rows * stride)
        for row in 0..<rows { for input in 0..<inputs { bytes[row * stride + input] = byte(row, input) } }
        let matrix = PackedMatrix(
            outputChannels: columns, inputChannels: inputs, precision: .int8, kernels: Kernels(level)
        ) { column, _, input in Float(weight(column, input)) }
        var output = GuardedRows(rows: rows, columns: columns)
        output.write {
            Kernels(level).linear(
                bytes, rows: rows, rowStride: stride, matrix: matrix, rowScales: [Float](repeating: 1, count: rows),
                epilogue: Epilogue(output: $0, stride: columns, isBF16: false))
        }
        let left = bytes.map { Int($0) - 128 }
        let right = (0..<columns * inputs).map { weight($0 / inputs, $0 % inputs) }
        let expected = (0..<rows * columns).map { index -> Float in
            let (x, w) = (index / columns * stride, index % columns * inputs)
            var sum = 0
            var input = 0
            while input < inputs {
                sum += left[x + input] * right[w + input]
                input += 1
            }
            return Float(sum)
        }
        #expect(output.values == expected, "\(label)")
        #expect(output.isIntact)
    }

    private func limit(_ level: KernelLevel) -> Int { Int(KernelVariant(level: level, precision: .int8).weightLimit) }

    @Test(
        "Extreme bytes and weights do not saturate", arguments: KernelLevel.supported,
        [1, 2, 3, 4, 7, 64, 1537, 10240])
    func extremes(level: KernelLevel, inputs: Int) {
        let limit = limit(level)
        for byte in [UInt8.min, .max] {
            for sign in [-1, 1] {
                check(
                    level, rows: 2, columns: 17, inputs: inputs, byte: { _, _ in byte },
                    weight: { _, _ in sign * limit },
                    "bytes \(byte), weights \(sign * limit)")
            }
        }
        check(
            level, rows: 14, columns: 17, inputs: inputs, byte: { ($0 + $1) % 2 == 0 ? 0 : 255 },
            weight: { ($0 + $1) % 2 == 0 ? -limit : limit }, "alternating")
    }

    @Test("Integer sums are exact", arguments: KernelLevel.supported, [5, 200, 1537])
    func random(level: KernelLevel, inputs: Int) {
        let limit = limit(level)
        var random = SeededGenerator(seed: 17)
        let bytes = (0..<14 * inputs).map { _ in UInt8.random(in: 0...255, using: &random) }
        var weights = (0..<33 * inputs).map { _ in Int.random(in: -limit...limit, using: &random) }
        for column in 0..<33 { weights[column * inputs] = limit }
        let fixed = weights
        check(
            level, rows: 14, columns: 33, inputs: inputs, byte: { bytes[$0 * inputs + $1] },
            weight: { fixed[$0 * inputs + $1] }, "\(inputs) inputs")
    }
}
