import Tensors
import TestSupport
import Testing

@Suite struct MatrixProductTests {
    @Test(
        "A product agrees with a Float64 reference",
        arguments: [([3, 4], [4, 5]), ([1, 1], [1, 1]), ([2, 3, 7, 5], [2, 3, 5, 4]), ([2, 6, 5], [5, 3])])
    func multiplies(first: [Int], second: [Int]) {
        let (a, b) = (randomTensor(first, seed: 1), randomTensor(second, seed: 2))
        let (x, y) = (DoubleArray(a), DoubleArray(b))
        let target = Array(first.dropLast()) + [second[second.count - 1]]
        let expected = DoubleArray(shape: target) { index in
            let (row, column) = (Array(index.dropLast()), index[index.count - 1])
            let batch = second.count == 2 ? [] : Array(index.dropLast(2))
            return (0..<first[first.count - 1]).reduce(0) { $0 + x[row + [$1]] * y[batch + [$1, column]] }
        }
        let product = a.matrixProduct(b)
        #expect(product.shape == target)
        expectClose(product.values.map(Double.init), expected.values, tolerance: 1e-6)
        checkGradient([a, b]) { $0[0].matrixProduct($0[1]) }
    }

    @Test("A linear layer agrees with a Float64 reference", arguments: [[1, 3], [4, 3], [2, 5, 3]], [true, false])
    func isLinear(shape: [Int], hasBias: Bool) {
        let x = randomTensor(shape, seed: 1)
        let (weight, bias) = (randomTensor([6, 3], seed: 2), randomTensor([6], seed: 3))
        let (input, matrix, offset) = (DoubleArray(x), DoubleArray(weight), DoubleArray(bias))
        let expected = DoubleArray(shape: shape.dropLast() + [6]) { index in
            let (row, output) = (Array(index.dropLast()), index[index.count - 1])
            return (0..<3).reduce(hasBias ? offset[output] : 0) { $0 + input[row + [$1]] * matrix[output, $1] }
        }
        let y = x.linear(weight, bias: hasBias ? bias : nil)
        #expect(y.shape == expected.shape)
        expectClose(y.values.map(Double.init), expected.values, tolerance: 1e-6)
        checkGradient(hasBias ? [x, weight, bias] : [x, weight]) {
            $0[0].linear($0[1], bias: $0.count > 2 ? $0[2] : nil)
        }
    }
}
