import Foundation
import Tensors
import TestSupport
import Testing

/// The plain formula, element by element.
private func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, scale: Double, bias: Tensor?) -> DoubleArray {
    let (query, key, value, bias) = (DoubleArray(q), DoubleArray(k), DoubleArray(v), bias.map(DoubleArray.init))
    let (width, keys) = (q.shape[3], k.shape[2])
    var result = DoubleArray(shape: Array(q.shape[..<3]) + [v.shape[3]]) { _ in 0 }
    for row in DoubleArray.indices(of: Array(q.shape[..<3])) {
        let head = Array(row[..<2])
        let logits = (0..<keys).map { position in
            let product = (0..<width).reduce(0) { $0 + query[row + [$1]] * key[head + [position, $1]] }
            return product * scale + (bias?.broadcast(row + [position]) ?? 0)
        }
        let maximum = logits.max() ?? 0
        let powers = logits.map { exp($0 - maximum) }
        let total = powers.reduce(0, +)
        for channel in 0..<v.shape[3] {
            result.values[result.offset(row + [channel])] =
                (0..<keys).reduce(0) { $0 + powers[$1] / total * value[head + [$1, channel]] }
        }
    }
    return result
}

@Suite struct AttentionTests {
    private static let biasShapes: [[Int]?] = [nil, [2, 3, 5, 4], [1, 3, 5, 4], [2, 1, 1, 4], [1, 1, 1, 4]]

    @Test("Attention agrees with a Float64 reference for every way to broadcast the bias", arguments: biasShapes)
    func matches(biasShape: [Int]?) {
        let (q, k) = (randomTensor([2, 3, 5, 8], seed: 1), randomTensor([2, 3, 4, 8], seed: 2))
        let v = randomTensor([2, 3, 4, 6], seed: 3)
        let bias = biasShape.map { randomTensor($0, seed: 4) }
        let actual = Tensor.attention(query: q, key: k, value: v, scale: 0.6, bias: bias)
        let expected = attention(q, k, v, scale: Double(Float(0.6)), bias: bias)
        #expect(actual.shape == expected.shape)
        expectClose(actual.values.map(Double.init), expected.values, tolerance: 1e-6)
    }

    @Test("Attention has the gradients of differences", arguments: biasShapes)
    func differentiates(biasShape: [Int]?) {
        let (q, k) = (randomTensor([2, 3, 5, 8], seed: 1), randomTensor([2, 3, 4, 8], seed: 2))
        let v = randomTensor([2, 3, 4, 6], seed: 3)
        checkGradient([q, k, v] + (biasShape.map { [randomTensor($0, seed: 4)] } ?? [])) {
            Tensor.attention(query: $0[0], key: $0[1], value: $0[2], scale: 0.6, bias: $0.count > 3 ? $0[3] : nil)
        }
    }

    @Test("A long sequence, cut into tiles, agrees with a Float64 reference")
    func tiles() {
        // 70,000 keys make the tiles as small as they get, 16 queries; 37 queries leave a short last tile.
        let (q, k) = (randomTensor([1, 1, 37, 2], seed: 1), randomTensor([1, 1, 70_000, 2], seed: 2))
        let v = randomTensor([1, 1, 70_000, 1], seed: 3)
        let bias = randomTensor([1, 1, 37, 1], seed: 4).broadcast(to: [1, 1, 37, 70_000])
        let actual = Tensor.attention(query: q, key: k, value: v, scale: 1.5, bias: bias)
        let expected = attention(q, k, v, scale: 1.5, bias: bias)
        // The mean of 70,000 numbers around 0 is small against what it is summed from.
        expectClose(actual.values.map(Double.init), expected.values, tolerance: 1e-4)
    }

    @Test("A rotation turns neighbouring pairs, each channel with its own table entry")
    func rotates() {
        let x = randomTensor([2, 5, 6], seed: 1)
        let (c, s) = (randomTensor([5, 6], seed: 2), randomTensor([5, 6], seed: 3))
        let (input, cosines, sines) = (DoubleArray(x), DoubleArray(c), DoubleArray(s))
        let expected = DoubleArray(shape: x.shape) { index in
            var partner = index
            partner[2] ^= 1
            let sign = index[2].isMultiple(of: 2) ? -1.0 : 1.0
            return input[index] * cosines.broadcast(index) + sign * input[partner] * sines.broadcast(index)
        }
        expectClose(x.rotated(cosines: c, sines: s).values.map(Double.init), expected.values, tolerance: 1e-6)
        let wide = (c.reshaped([1, 5, 6]), s.reshaped([1, 5, 6]))
        #expect(x.rotated(cosines: wide.0, sines: wide.1).values == x.rotated(cosines: c, sines: s).values)
        checkGradient([x]) { $0[0].rotated(cosines: c, sines: s) }
        checkGradient([x]) {
            $0[0].rotated(cosines: randomTensor([2, 5, 6]), sines: randomTensor([2, 5, 6], seed: 9))
        }
    }

    @Test("Cosine similarity agrees with a Float64 reference and is safe at zero")
    func cosine() {
        let (a, b) = (randomTensor([3, 2, 7], seed: 1), randomTensor([3, 2, 7], seed: 2))
        let (x, y) = (DoubleArray(a), DoubleArray(b))
        let expected = DoubleArray(shape: [3, 2]) { index in
            let dot = (0..<7).reduce(0) { $0 + x[index + [$1]] * y[index + [$1]] }
            let squares = (0..<7).reduce((0, 0)) {
                ($0.0 + x[index + [$1]] * x[index + [$1]], $0.1 + y[index + [$1]] * y[index + [$1]])
            }
            return dot / sqrt(squares.0 * squares.1)
        }
        expectClose(a.cosineSimilarity(to: b).values.map(Double.init), expected.values, tolerance: 1e-6)
        checkGradient([a, b]) { $0[0].cosineSimilarity(to: $0[1]) }
        let zero = Tensor.zeros(shape: [1, 7]).tracked()
        let similarity = zero.cosineSimilarity(to: randomTensor([1, 7]))
        #expect(similarity.values == [0])
        #expect(similarity.backward()[zero]?.values.allSatisfy(\.isFinite) == true)
    }
}
