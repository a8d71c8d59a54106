import Tensors
import TestSupport
import Testing

@Suite struct ShapeOpTests {
    @Test(
        "A permutation moves every element to its place",
        arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [1, 0, 2, 3], [0, 3, 1, 2], [0, 2, 3, 1]])
    func permutes(order: [Int]) {
        let x = randomTensor([2, 3, 4, 5])
        let reference = DoubleArray(x)
        let target = order.map { x.shape[$0] }
        let expected = DoubleArray(shape: target) { index in
            var source = index
            for (position, axis) in order.enumerated() { source[axis] = index[position] }
            return reference[source]
        }
        let y = x.permuted(order)
        #expect(y.shape == target)
        #expect(y.values.map(Double.init) == expected.values)
        checkGradient([x]) { $0[0].permuted(order) }
    }

    @Test("A slice is the part it names, padding puts it back", arguments: [0, 1, 2])
    func slices(axis: Int) {
        let x = randomTensor([4, 5, 6])
        let reference = DoubleArray(x)
        let part = x.sliced(axis: axis, 1..<3)
        let expected = DoubleArray(shape: part.shape) { index in
            var source = index
            source[axis] += 1
            return reference[source]
        }
        #expect(part.shape[axis] == 2)
        #expect(part.values.map(Double.init) == expected.values)
        let restored = part.padded(axis: axis, before: 1, after: x.shape[axis] - 3)
        #expect(restored.shape == x.shape)
        #expect(restored.sliced(axis: axis, 1..<3).values == part.values)
        #expect(abs(restored.sum().scalarValue - part.sum().scalarValue) < 1e-5)
        checkGradient([x]) { $0[0].sliced(axis: axis, 1..<3) }
        checkGradient([x]) { $0[0].padded(axis: axis, before: 2, after: 1) }
    }

    @Test("Parts that were split apart join to the whole", arguments: [0, 1, -1])
    func splitsAndJoins(axis: Int) {
        let x = randomTensor([2, 4, 6])
        #expect(Tensor.concatenated(x.split(axis: axis, parts: 2), axis: axis).values == x.values)
        let (a, b) = (randomTensor([2, 3, 2], seed: 1), randomTensor([2, 3, 2], seed: 2))
        checkGradient([a, b]) { Tensor.concatenated([$0[0], $0[1], $0[0]], axis: axis) }
    }

    @Test("Parts of different lengths join in order")
    func joins() {
        let (a, b) = (Tensor([1, 2, 3, 4], shape: [2, 2]), Tensor([5, 6], shape: [2, 1]))
        #expect(Tensor.concatenated([a, b], axis: 1).values == [1, 2, 5, 3, 4, 6])
        #expect(Tensor.concatenated([a, b.reshaped([1, 2])], axis: 0).values == [1, 2, 3, 4, 5, 6])
    }

    @Test("Repetition repeats whole blocks")
    func repeats() {
        let x = Tensor([1, 2, 3, 4], shape: [2, 2])
        #expect(x.repeated(2, axis: 1).values == [1, 2, 1, 2, 3, 4, 3, 4])
        #expect(x.repeated(2, axis: 0).values == [1, 2, 3, 4, 1, 2, 3, 4])
        checkGradient([randomTensor([2, 3])]) { $0[0].repeated(3, axis: -1) }
    }

    @Test("Rows are looked up, and their gradients added up")
    func looksUpRows() {
        let table = randomTensor([5, 3])
        let (first, last) = (Array(table.values[..<3]), Array(table.values[12...]))
        #expect(table.rows([4, 0, 4]).values == [last, first, last].flatMap { $0 })
        checkGradient([table]) { $0[0].rows([4, 0, 4, 1]) }
    }
}
