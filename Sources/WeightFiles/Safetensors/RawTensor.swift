/// A tensor as its file stores it. It keeps the file mapped, so it may outlive the ``SafetensorsFile`` it came from.
package struct RawTensor: Sendable {
    package let info: TensorInfo
    private let file: SafetensorsFile

    init(info: TensorInfo, file: SafetensorsFile) {
        self.info = info
        self.file = file
    }

    package var dtype: DType { info.dtype }
    package var shape: [Int] { info.shape }
    package var count: Int { info.count }

    /// Calls `body` with the stored bytes: little-endian, not always aligned to the element.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(file) { () throws(Failure) -> Result in try body(file.bytes(of: info)) }
    }

    /// The elements widened (64-bit types: rounded) to fp32, in row-major order.
    package func floats() -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            withUnsafeBytes { Widening.widen($0, dtype, into: buffer) }
            initialized = count
        }
    }

    /// Widens the elements to fp32 into `destination`, which has room for `count` elements.
    package func widen(into destination: UnsafeMutableBufferPointer<Float>) {
        withUnsafeBytes { Widening.widen($0, dtype, into: destination) }
    }

    /// Widens one row of a matrix, `[rows, columns]`, into `destination`, which has room for `columns` elements.
    package func widenRow(_ row: Int, into destination: UnsafeMutableBufferPointer<Float>) {
        precondition(shape.count == 2 && (0..<shape[0]).contains(row), "widenRow: row \(row) of \(shape)")
        let rowBytes = shape[1] * dtype.byteWidth
        withUnsafeBytes { bytes in
            Widening.widen(
                UnsafeRawBufferPointer(rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes]), dtype, into: destination
            )
        }
    }

    /// The elements as doubles; exact for every type but the 64-bit integers beyond 2⁵³.
    package func doubles() -> [Double] {
        switch dtype {
        case .float64: elements(UInt64.self) { Double(bitPattern: UInt64(littleEndian: $0)) }
        case .int64, .uint64, .int32, .uint32: integers().map(Double.init)
        default: floats().map(Double.init)
        }
    }

    /// The elements of an integer type or of BOOL; `[]` for floating-point types.
    package func integers() -> [Int] {
        switch dtype {
        case .int64: elements(Int64.self) { Int(Int64(littleEndian: $0)) }
        case .uint64: elements(UInt64.self) { Int(truncatingIfNeeded: UInt64(littleEndian: $0)) }
        case .int32: elements(Int32.self) { Int(Int32(littleEndian: $0)) }
        case .uint32: elements(UInt32.self) { Int(UInt32(littleEndian: $0)) }
        case .int16: elements(Int16.self) { Int(Int16(littleEndian: $0)) }
        case .uint16: elements(UInt16.self) { Int(UInt16(littleEndian: $0)) }
        case .int8: elements(Int8.self) { Int($0) }
        case .uint8, .bool: elements(UInt8.self) { Int($0) }
        case .float64, .float32, .float16, .bfloat16, .float8E4M3, .float8E5M2: []
        }
    }

    /// Asks the system to read the data from the disk ahead of its use.
    package func prefetch() { file.willNeed(info) }

    /// Tells the system that the data is done with, so that its pages need not stay in memory.
    package func release() { file.notNeeded(info) }

    private func elements<Stored: BitwiseCopyable, Element>(
        _ type: Stored.Type, _ convert: (Stored) -> Element
    ) -> [Element] {
        withUnsafeBytes { bytes in
            (0..<count).map { convert(bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Stored>.size, as: type)) }
        }
    }
}
