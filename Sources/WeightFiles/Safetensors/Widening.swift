/// Stored element types to fp32. The loops touch gigabytes, so they are branch-free and the compiler vectorises them.
enum Widening {
    /// Widens all elements of `bytes`, little-endian and not necessarily aligned, into the start of `destination`.
    static func widen(
        _ bytes: UnsafeRawBufferPointer, _ dtype: DType, into destination: UnsafeMutableBufferPointer<Float>
    ) {
        let count = bytes.count / dtype.byteWidth
        precondition(destination.count >= count, "widen: \(count) elements into \(destination.count)")
        guard count > 0, let source = bytes.baseAddress, let target = destination.baseAddress else { return }
        switch dtype {
        case .float32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
        case .bfloat16: convert(source, target, count) { (x: UInt16) in Float(bitPattern: UInt32(x) << 16) }
        case .float16: convert(source, target, count, float16)
        case .float8E5M2: convert(source, target, count) { (x: UInt8) in float16(UInt16(x) << 8) }
        case .float8E4M3: convert(source, target, count, float8E4M3)
        case .float64: convert(source, target, count) { (x: UInt64) in Float(Double(bitPattern: x)) }
        case .int64: convert(source, target, count) { (x: Int64) in Float(x) }
        case .uint64: convert(source, target, count) { (x: UInt64) in Float(x) }
        case .int32: convert(source, target, count) { (x: Int32) in Float(x) }
        case .uint32: convert(source, target, count) { (x: UInt32) in Float(x) }
        case .int16: convert(source, target, count) { (x: Int16) in Float(x) }
        case .uint16: convert(source, target, count) { (x: UInt16) in Float(x) }
        case .int8: convert(source, target, count) { (x: Int8) in Float(x) }
        case .uint8: convert(source, target, count) { (x: UInt8) in Float(x) }
        case .bool: convert(source, target, count) { (x: UInt8) in x == 0 ? 0 : 1 }
        }
    }

    /// The machines this builds for are little-endian, as the files are.
    @inline(__always)
    private static func convert<Stored: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int, _ transform: (Stored) -> Float
    ) {
        for index in 0..<count {
            target[index] = transform(
                source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Stored>.size, as: Stored.self))
        }
    }

    /// The exponent is rebased by a multiplication with 2¹¹², which also normalises subnormals, without branches.
    @inline(__always)
    private static func float16(_ x: UInt16) -> Float {
        let magnitude = UInt32(x & 0x7FFF) << 13
        let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
        let special: UInt32 = x & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
        return Float(bitPattern: scaled | special | UInt32(x & 0x8000) << 16)
    }

    /// Bias 7 and 3 mantissa bits, rebased by 2¹²⁰; all ones is NaN, and there are no infinities.
    @inline(__always)
    private static func float8E4M3(_ x: UInt8) -> Float {
        let magnitude = UInt32(x & 0x7F) << 20
        let scaled = (Float(bitPattern: magnitude) * 0x1p120).bitPattern
        let special: UInt32 = x & 0x7F == 0x7F ? 0x7FC0_0000 : 0
        return Float(bitPattern: scaled | special | UInt32(x & 0x80) << 24)
    }
}
