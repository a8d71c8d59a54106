/// A dense array of single-precision floats in row-major order, with value semantics.
///
/// Copies and reshapes share storage, which nobody writes after it was filled. A tensor that descends from a
/// ``tracked()`` one carries a gradient node; in inference there is none, and no memory of intermediate results is kept.
package struct Tensor: Sendable {
    /// The length of every axis, outermost first. A scalar has no axes.
    package let shape: [Int]
    let storage: TensorStorage
    let node: GradientNode?

    init(shape: [Int], storage: TensorStorage, node: GradientNode?) {
        self.shape = shape
        self.storage = storage
        self.node = node
    }

    /// A tensor of the given values in row-major order. Their number must be the product of `shape`.
    package init(_ values: [Float], shape: [Int]) {
        precondition(values.count == elementCount(shape), "Tensor: \(values.count) values for \(shape)")
        self.init(shape: shape) { buffer in
            _ = buffer.update(fromContentsOf: values)
        }
    }

    /// A tensor whose memory `initialize` fills. The memory is uninitialised: every element must be written.
    package init(shape: [Int], initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows
    {
        let storage = TensorStorage(count: elementCount(shape))
        try initialize(UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count))
        self.init(shape: shape, storage: storage, node: nil)
    }

    /// A tensor without axes.
    package init(scalar value: Float) {
        self.init([value], shape: [])
    }

    /// The number of elements.
    package var count: Int { storage.count }

    /// The number of axes.
    package var rank: Int { shape.count }

    /// A copy of the elements in row-major order.
    package var values: [Float] { withUnsafeBuffer { Array($0) } }

    /// The only element of a tensor with one element.
    package var scalarValue: Float {
        precondition(count == 1, "scalarValue of \(shape)")
        return storage.pointer[0]
    }

    /// Calls `body` with the elements in row-major order. The buffer must not leave the closure.
    @inline(__always)
    package func withUnsafeBuffer<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) {
            try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
        }
    }
}

extension Tensor {
    /// A tensor of zeros.
    package static func zeros(shape: [Int]) -> Tensor { filled(with: 0, shape: shape) }

    /// A tensor of ones.
    package static func ones(shape: [Int]) -> Tensor { filled(with: 1, shape: shape) }

    /// A tensor that holds one value everywhere.
    package static func filled(with value: Float, shape: [Int]) -> Tensor {
        Tensor(shape: shape) { $0.update(repeating: value) }
    }
}

/// The number of elements of a shape: the product of its axes, 1 for a scalar.
package func elementCount(_ shape: [Int]) -> Int {
    shape.reduce(1, *)
}
