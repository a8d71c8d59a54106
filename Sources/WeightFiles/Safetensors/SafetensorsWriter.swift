import Foundation
package import Tensors

/// Writes safetensors files. A reader sees the old file or the whole new one, never a part of it.
package enum SafetensorsWriter {
    /// One tensor to write.
    package struct Entry {
        let name: String
        let dtype: DType
        let shape: [Int]
        /// The bytes, made when they are written, so that one tensor at a time is in memory.
        let bytes: () -> [UInt8]

        /// Bytes that already have the stored form: little-endian, row-major, as many as type and shape ask for.
        package init(_ name: String, dtype: DType, shape: [Int], bytes: [UInt8]) {
            precondition(bytes.count == shape.reduce(dtype.byteWidth, *), "\(name): \(bytes.count) bytes for \(shape)")
            self.init(name: name, dtype: dtype, shape: shape) { bytes }
        }

        /// Floats, stored as F32 or rounded to the nearest even BF16.
        package init(_ name: String, _ tensor: Tensor, as dtype: DType = .float32) {
            precondition(dtype == .float32 || dtype == .bfloat16, "\(name): cannot store floats as \(dtype.rawValue)")
            self.init(name: name, dtype: dtype, shape: tensor.shape) {
                tensor.withUnsafeBuffer {
                    dtype == .bfloat16 ? Self.roundedBytes($0) : [UInt8](UnsafeRawBufferPointer($0))
                }
            }
        }

        /// A tensor of another file, byte for byte.
        package init(_ name: String, _ tensor: RawTensor) {
            self.init(name: name, dtype: tensor.dtype, shape: tensor.shape) {
                tensor.withUnsafeBytes { [UInt8]($0) }
            }
        }

        /// Bytes in their stored form, made when they are written.
        package init(name: String, dtype: DType, shape: [Int], bytes: @escaping () -> [UInt8]) {
            self.name = name
            self.dtype = dtype
            self.shape = shape
            self.bytes = bytes
        }

        var byteCount: Int { shape.reduce(dtype.byteWidth, *) }

        private static func roundedBytes(_ values: UnsafeBufferPointer<Float>) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: 2 * values.count) { buffer, initialized in
                let raw = UnsafeMutableRawBufferPointer(buffer)
                for (index, value) in values.enumerated() {
                    raw.storeBytes(of: bfloat16(value), toByteOffset: 2 * index, as: UInt16.self)
                }
                initialized = 2 * values.count
            }
        }

        /// Round to nearest, ties to even; a NaN stays one.
        private static func bfloat16(_ value: Float) -> UInt16 {
            let bits = value.bitPattern
            if value.isNaN { return UInt16(bits >> 16) | 0x40 }
            return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
        }
    }

    /// Writes a file beside `path`, flushes it to the disk and renames it into place.
    ///
    /// - Throws: ``WeightError/cannotWrite(path:reason:)``; what was at `path` is then untouched.
    package static func write(
        _ entries: [Entry], metadata: [String: String] = [:], to path: String
    ) throws(WeightError) {
        precondition(Set(entries.map(\.name)).count == entries.count, "safetensors: two tensors of one name")
        // Wide types first, so that every tensor's data is aligned to its element.
        let ordered = entries.sorted { ($1.dtype.byteWidth, $0.name) < ($0.dtype.byteWidth, $1.name) }
        let temporary = path + ".\(getpid()).partial"
        let file = try OutputFile(path: temporary, finalPath: path)
        try file.write(header(ordered, metadata))
        for entry in ordered { try file.write(entry.bytes()) }
        try file.finish()
    }

    private static func header(_ entries: [Entry], _ metadata: [String: String]) -> [UInt8] {
        var members: [String: JSONValue] = [:]
        if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .string($0) }) }
        var offset = 0
        for entry in entries {
            let end = offset + entry.byteCount
            members[entry.name] = .object([
                "dtype": .string(entry.dtype.rawValue),
                "shape": .array(entry.shape.map { .integer($0) }),
                "data_offsets": .array([.integer(offset), .integer(end)]),
            ])
            offset = end
        }
        var text = Array(JSONValue.object(members).description.utf8)
        // Data that starts at a multiple of a cache line can be used where it is mapped.
        while !(text.count + 8).isMultiple(of: 64) { text.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }
}

/// A file under a temporary name; it takes its final name only when it is complete.
private final class OutputFile {
    private let path: String
    private let finalPath: String
    private let descriptor: CInt
    private var isFinished = false

    init(path: String, finalPath: String) throws(WeightError) {
        self.path = path
        self.finalPath = finalPath
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: finalPath, reason: MappedFile.lastReason()) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if descriptor >= 0, !isFinished { unlink(path) }
    }

    func write(_ bytes: [UInt8]) throws(WeightError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .cannotWrite(path: finalPath, reason: MappedFile.lastReason()) }
            offset += count
        }
    }

    func finish() throws(WeightError) {
        guard fsync(descriptor) == 0, rename(path, finalPath) == 0 else {
            throw .cannotWrite(path: finalPath, reason: MappedFile.lastReason())
        }
        isFinished = true
    }
}
