import Foundation
import Kernels
import TestSupport
import Testing

/// What is done to the sums, in Float64.
private struct EpilogueReference {
    var bias: [Float]?
    var gate: [Float]?
    var gateStride = 0
    var activation = Epilogue.Activation.none
    var initial: [Float]?

    func apply(_ sums: [Double], columns: Int) -> [Double] {
        sums.indices.map { index in
            let (row, column) = (index / columns, index % columns)
            var value = sums[index] + Double(bias?[column] ?? 0)
            switch activation {
            case .none: break
            case .geluTanh: value = geluReference(value)
            case .silu: value = siluReference(value)
            }
            value *= Double(gate?[row * gateStride + column] ?? 1)
            return value + Double(initial?[index] ?? 0)
        }
    }
}

@Suite struct EpilogueTests {
    enum GateKind: CaseIterable {
        case none, shared, perRow
    }

    @Test("Bias, gate, activation, sum and rounding in every combination", arguments: KernelVariant.all)
    func combinations(variant: KernelVariant) {
        let (rows, columns) = (7, 67)
        let problem = ProductProblem(variant, rows: rows, columns: columns, inputs: 21)
        let matrix = problem.matrix(columns: columns)
        var random = SeededGenerator(seed: 5)
        let bias = random.floats(columns)
        let gates = random.floats(rows * (columns + 2), in: -2...2)
        // Exact in bf16, so that both outputs start from the same numbers.
        let initial = random.floats(rows * columns).roundedToBF16
        for gate in GateKind.allCases {
            for activation in [Epilogue.Activation.none, .geluTanh, .silu] {
                for (hasBias, accumulates, isBF16) in Self.flags {
                    var reference = EpilogueReference()
                    reference.bias = hasBias ? bias : nil
                    reference.gate = gate == .none ? nil : gates
                    reference.gateStride = gate == .perRow ? columns + 2 : 0
                    reference.activation = activation
                    reference.initial = accumulates ? initial : nil
                    var output = GuardedRows(
                        rows: rows, columns: columns, stride: columns + 1, isBF16: isBF16,
                        initial: accumulates ? initial : nil)
                    bias.withUnsafeBufferPointer { bias in
                        gates.withUnsafeBufferPointer { gates in
                            output.write { address in
                                problem.run(
                                    matrix, rows: rows,
                                    epilogue: Epilogue(
                                        output: address, stride: columns + 1, isBF16: isBF16,
                                        bias: hasBias ? bias.baseAddress : nil,
                                        gate: gate == .none ? nil : gates.baseAddress, gateStride: reference.gateStride,
                                        activation: activation, accumulates: accumulates))
                            }
                        }
                    }
                    // The activations' polynomials add a few roundings to the sum's.
                    output.expect(
                        reference.apply(problem.sums, columns: columns),
                        tolerance: (isBF16 ? Rounding.bf16 : 0) + problem.tolerance + 8 * Rounding.fp32,
                        "gate \(gate), \(activation), bias \(hasBias), adds \(accumulates), bf16 \(isBF16)")
                }
            }
        }
    }

    private static let flags: [(Bool, Bool, Bool)] = (0..<8).map { ($0 & 1 != 0, $0 & 2 != 0, $0 & 4 != 0) }

    @Test("Activations of tiny to huge sums", arguments: KernelLevel.supported, [Epilogue.Activation.geluTanh, .silu])
    func activationRange(level: KernelLevel, activation: Epilogue.Activation) {
        let magnitudes: [Float] = [
            0, 1e-30, 1e-6, 0.1, 0.5, 1, 2, 3, 5, 8, 20, 86, 87.5, 88.5, 100, 1e3, 1e5, 1e8, 1e12,
        ]
        let x = magnitudes + magnitudes.map { -$0 }
        let matrix = PackedMatrix(outputChannels: 1, inputChannels: 1, precision: .fp32, kernels: Kernels(level)) {
            _, _, _ in
            1
        }
        var output = GuardedRows(rows: x.count, columns: 1)
        output.write {
            Kernels(level).linear(
                x, rows: x.count, rowStride: 4, matrix: matrix,
                epilogue: Epilogue(output: $0, stride: 1, isBF16: false, activation: activation))
        }
        for (value, result) in zip(x, output.values) {
            let expected = activation == .silu ? siluReference(Double(value)) : geluReference(Double(value))
            // e^x stops at -87.3, so that far below zero 1e-38 of the input is left. Below zero the exponent's own rounding,
            // half a unit of up to 64, is the largest error.
            #expect(
                abs(Double(result) - expected) <= 1e-5 * abs(expected) + 2e-38 * abs(Double(value)) + 1e-38,
                "\(activation) of \(value): \(result), expected \(expected)")
        }
    }

    @Test("NaN and infinity reach the output", arguments: KernelVariant.all)
    func notANumber(variant: KernelVariant) {
        let rows = 3
        for bad in [Float.nan, .infinity] {
            var x = [Float](repeating: 1, count: rows * 5)
            x[5 + 2] = bad
            let matrix = PackedMatrix(
                outputChannels: 20, inputChannels: 5, precision: variant.precision, kernels: variant.kernels
            ) { _, _, _ in 0.5 }
            for activation in [Epilogue.Activation.none, .geluTanh, .silu] {
                var output = GuardedRows(rows: rows, columns: 20)
                output.write {
                    variant.kernels.linear(
                        x, rows: rows, matrix: matrix, activation: activation,
                        into: $0.assumingMemoryBound(to: Float.self), parallel: Parallel(threadCount: 1))
                }
                let values = output.values
                #expect(values[0..<20].allSatisfy { $0.isFinite })
                #expect(values[20..<40].allSatisfy { !$0.isFinite }, "\(bad) by \(activation): \(values[20])")
                #expect(values[40..<60].allSatisfy { $0.isFinite })
            }
        }
    }
}

func siluReference(_ x: Double) -> Double { x / (1 + exp(-x)) }
/// The tanh form, written with the logistic function so that it keeps its digits below zero.
func geluReference(_ x: Double) -> Double {
    x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
}
