/// What a file's header says about one tensor.
package struct TensorInfo: Sendable, Hashable {
    package let name: String
    package let dtype: DType
    package let shape: [Int]
    /// Stored bytes: the product of `shape` times the element's width.
    package let byteCount: Int
    /// Where the data starts, counted from the start of the file.
    package let fileOffset: Int

    /// The product of `shape`; 1 for a scalar.
    package var count: Int { byteCount / dtype.byteWidth }
}
