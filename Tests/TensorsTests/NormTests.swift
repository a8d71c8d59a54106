import Foundation
import Tensors
import TestSupport
import Testing

/// `(x - mean) / √(mean((x - mean)²) + epsilon)`; the mean is 0 unless `centred`.
private func normalized(_ x: [Double], centred: Bool, epsilon: Double) -> [Double] {
    let mean = centred ? x.reduce(0, +) / Double(x.count) : 0
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / sqrt(variance + epsilon) }
}

@Suite struct NormTests {
    @Test("RMS and layer norm agree with a Float64 reference", arguments: [1, 7, 8, 31, 256], [true, false])
    func normalizesRows(channels: Int, centred: Bool) {
        let x = randomTensor([3, 2, channels], in: -2...4)
        let (weight, bias) = (randomTensor([channels], seed: 4), randomTensor([channels], seed: 5))
        let actual =
            centred
            ? x.layerNorm(weight: weight, bias: bias, epsilon: 1e-5) : x.rmsNorm(weight: weight, epsilon: 1e-5)
        let values = x.values.map(Double.init)
        let expected = stride(from: 0, to: values.count, by: channels).flatMap { start in
            let row = normalized(Array(values[start..<start + channels]), centred: centred, epsilon: 1e-5)
            return row.indices.map {
                row[$0] * Double(weight.values[$0]) + (centred ? Double(bias.values[$0]) : 0)
            }
        }
        expectClose(actual.values.map(Double.init), expected, tolerance: 2e-6)
    }

    @Test("RMS and layer norm have the gradients of differences", arguments: [3, 8, 11])
    func differentiatesRows(channels: Int) {
        let x = randomTensor([2, 2, channels], in: -2...2)
        let (weight, bias) = (randomTensor([channels], seed: 4), randomTensor([channels], seed: 5))
        checkGradient([x, weight]) { $0[0].rmsNorm(weight: $0[1], epsilon: 1e-3) }
        checkGradient([x]) { $0[0].rmsNorm(epsilon: 1e-3) }
        checkGradient([x, weight, bias]) { $0[0].layerNorm(weight: $0[1], bias: $0[2], epsilon: 1e-2) }
        checkGradient([x]) { $0[0].layerNorm(epsilon: 1e-2) }
    }

    @Test("Group norm agrees with a Float64 reference", arguments: [1, 2, 3, 6])
    func normalizesGroups(groups: Int) {
        let x = randomTensor([2, 3, 4, 6], in: -1...3)
        let (weight, bias) = (randomTensor([6], seed: 4), randomTensor([6], seed: 5))
        let (source, width) = (DoubleArray(x), 6 / groups)
        var expected = source
        for element in 0..<2 {
            for group in 0..<groups {
                let indices = DoubleArray.indices(of: [3, 4, width]).map {
                    [element, $0[0], $0[1], group * width + $0[2]]
                }
                let row = normalized(indices.map { source[$0] }, centred: true, epsilon: 1e-5)
                for (index, value) in zip(indices, row) {
                    expected.values[expected.offset(index)] =
                        value * Double(weight.values[index[3]]) + Double(bias.values[index[3]])
                }
            }
        }
        let actual = x.groupNorm(groupCount: groups, weight: weight, bias: bias, epsilon: 1e-5)
        expectClose(actual.values.map(Double.init), expected.values, tolerance: 2e-6)
        checkGradient([x, weight, bias]) {
            $0[0].groupNorm(groupCount: groups, weight: $0[1], bias: $0[2], epsilon: 1e-5)
        }
    }

    @Test("A softmax agrees with a Float64 reference, even for large logits", arguments: [1, 7, 8, 9, 200])
    func softmax(columns: Int) {
        let x = randomTensor([3, columns], in: -90...90)
        let expected = stride(from: 0, to: x.count, by: columns).flatMap { start in
            let powers = x.values[start..<start + columns].map { exp(Double($0) - 90) }
            return powers.map { $0 / powers.reduce(0, +) }
        }
        expectClose(x.softmax().values.map(Double.init), expected, tolerance: 1e-6)
        checkGradient([randomTensor([3, min(columns, 9)])]) { $0[0].softmax() }
    }
}
