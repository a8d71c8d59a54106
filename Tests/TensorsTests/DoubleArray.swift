import Tensors

/// An array of doubles with axes: what the references compute with, one element at a time.
struct DoubleArray {
    let shape: [Int]
    var values: [Double]

    init(_ tensor: Tensor) {
        shape = tensor.shape
        values = tensor.values.map(Double.init)
    }

    init(shape: [Int], _ element: ([Int]) -> Double) {
        self.shape = shape
        values = DoubleArray.indices(of: shape).map(element)
    }

    subscript(_ index: Int...) -> Double { self[index] }

    subscript(_ index: [Int]) -> Double { values[offset(index)] }

    func offset(_ index: [Int]) -> Int {
        zip(shape, index).reduce(0) { $0 * $1.0 + $1.1 }
    }

    /// The element that NumPy broadcasting pairs with `index` of a larger shape.
    func broadcast(_ index: [Int]) -> Double {
        self[zip(shape, index.suffix(shape.count)).map { $0 == 1 ? 0 : $1 }]
    }

    /// All indices of a shape in row-major order.
    static func indices(of shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { found, length in found.flatMap { index in (0..<length).map { index + [$0] } } }
    }
}
