import Tensors
import Testing

// Exit tests came with Swift 6.2.
#if compiler(>=6.2)
    @Suite struct PreconditionTests {
        @Test("Wrong shapes stop the program before memory is touched")
        func stops() async {
            await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3], shape: [2, 2]) }
            await #expect(processExitsWith: .failure) { _ = randomTensor([2, 3]).reshaped([4, 2]) }
            await #expect(processExitsWith: .failure) { _ = randomTensor([2, 3]) + randomTensor([2, 4]) }
            await #expect(processExitsWith: .failure) { _ = randomTensor([3, 4]).matrixProduct(randomTensor([5, 6])) }
            await #expect(processExitsWith: .failure) { _ = randomTensor([3, 4]).linear(randomTensor([5, 3])) }
            await #expect(processExitsWith: .failure) { _ = randomTensor([2, 3]).sliced(axis: 1, 2..<4) }
            await #expect(processExitsWith: .failure) { _ = randomTensor([2, 3]).rows([2]) }
            await #expect(processExitsWith: .failure) {
                _ = randomTensor([1, 2, 2, 2, 3]).conv3d(weight: randomTensor([4, 3, 3, 3, 3]))
            }
            await #expect(processExitsWith: .failure) {
                let x = randomTensor([1, 2, 3, 4])
                _ = Tensor.attention(query: x, key: x, value: randomTensor([1, 2, 4, 4]), scale: 1)
            }
        }
    }
#endif
