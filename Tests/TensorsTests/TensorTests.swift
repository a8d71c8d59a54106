import Tensors
import TestSupport
import Testing

@Suite struct TensorTests {
    @Test("A tensor keeps its values and shape")
    func holdsValues() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(tensor.values == [1, 2, 3, 4, 5, 6])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.count == 6)
        #expect(Tensor.zeros(shape: [0, 4]).values.isEmpty)
        #expect(Tensor.filled(with: 2.5, shape: [3]).values == [2.5, 2.5, 2.5])
        #expect(Tensor(scalar: 7).scalarValue == 7)
    }

    @Test("A reshape keeps the order and infers one axis")
    func reshapes() {
        let tensor = randomTensor([2, 3, 4])
        #expect(tensor.reshaped([6, -1]).shape == [6, 4])
        #expect(tensor.reshaped([-1]).values == tensor.values)
        #expect(tensor.expanded(at: 1).shape == [2, 1, 3, 4])
        #expect(tensor.expanded(at: -1).shape == [2, 3, 4, 1])
    }

    @Test("A gradient exists only for leaves that the result depends on")
    func findsLeaves() {
        let (a, b, c) = (randomTensor([3]).tracked(), randomTensor([3]).tracked(), randomTensor([3]).tracked())
        let gradients = (a * b.detached() + a).sum().backward()
        #expect(gradients[a] != nil)
        #expect(gradients[b] == nil)
        #expect(gradients[c] == nil)
        #expect(!(b.detached() * 2).isTracked)
    }

    @Test("A leaf that is used several times collects every share")
    func accumulates() {
        let x = Tensor([1, -2, 3], shape: [3]).tracked()
        let shared = x * 2
        let gradients = (shared * shared + shared - x).sum().backward()
        // d/dx (4x² + 2x - x) = 8x + 1
        #expect(gradients[x]?.values == [9, -15, 25])
    }

    @Test("Differentiating leaves values alone")
    func isPure() {
        let x = randomTensor([2, 3]).tracked()
        let before = x.values
        let first = x.silu().sum().backward()[x]
        let second = x.silu().sum().backward()[x]
        #expect(x.values == before)
        #expect(first?.values == second?.values)
    }

    @Test("A history of a hundred thousand steps is differentiated and freed")
    func freesLongHistories() {
        let x = Tensor(scalar: 1).tracked()
        var y = x
        for _ in 0..<100_000 { y = y + 1e-6 }
        #expect(y.backward()[x]?.values == [1])
    }
}
