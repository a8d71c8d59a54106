/// The checked header of a safetensors file.
///
/// Source: the safetensors format: u64 header length, JSON header, data; the data is covered by the tensors without gaps.
struct SafetensorsHeader {
    /// The longest header that the format's reference reader accepts.
    static let lengthLimit = 100_000_000

    private(set) var metadata: [String: String] = [:]
    /// In the order of their data.
    private(set) var tensors: [TensorInfo] = []
    private let path: String

    /// - Throws: ``WeightError`` that says what is wrong with the file at `path`, whose content is `bytes`.
    init(path: String, bytes: UnsafeRawBufferPointer) throws(WeightError) {
        self.path = path
        guard bytes.count >= 8 else {
            throw .truncated(path: path, neededBytes: 8, actualBytes: bytes.count)
        }
        let announced = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard announced <= UInt64(Self.lengthLimit) else {
            throw .headerTooLarge(path: path, headerBytes: announced, limitBytes: Self.lengthLimit)
        }
        let dataStart = 8 + Int(announced)
        guard dataStart <= bytes.count else {
            throw Self.headerBeyondEnd(path: path, bytes: bytes, dataStart: dataStart)
        }
        let document = try Self.readJSON(path: path, UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]))
        for (name, entry) in document {
            if name == "__metadata__" {
                metadata = try Self.readMetadata(path: path, entry)
            } else {
                tensors.append(try Self.readEntry(path: path, name: name, entry, dataStart: dataStart))
            }
        }
        tensors.sort { ($0.fileOffset, $0.byteCount, $0.name) < ($1.fileOffset, $1.byteCount, $1.name) }
        try checkLayout(dataStart: dataStart, fileBytes: bytes.count)
    }

    /// A header that starts like JSON belongs to a file cut off in its header; anything else is another kind of file.
    private static func headerBeyondEnd(path: String, bytes: UnsafeRawBufferPointer, dataStart: Int) -> WeightError {
        if bytes.count == 8 || bytes[8] == UInt8(ascii: "{") {
            .truncated(path: path, neededBytes: dataStart, actualBytes: bytes.count)
        } else {
            .headerTooLarge(path: path, headerBytes: UInt64(dataStart - 8), limitBytes: bytes.count - 8)
        }
    }

    private static func readJSON(
        path: String, _ bytes: UnsafeRawBufferPointer
    ) throws(WeightError) -> [String: JSONValue] {
        let document: JSONValue
        do {
            document = try JSONReader.read(bytes)
        } catch {
            throw .badHeader(path: path, reason: "it is not valid JSON, \(error)")
        }
        guard let members = document.object else {
            throw .badHeader(path: path, reason: "it is JSON but not an object")
        }
        return members
    }

    private static func readMetadata(path: String, _ entry: JSONValue) throws(WeightError) -> [String: String] {
        guard let members = entry.object else {
            throw .badHeader(path: path, reason: "__metadata__ is not an object")
        }
        var metadata: [String: String] = [:]
        for (key, value) in members {
            guard let text = value.string else {
                throw .badHeader(path: path, reason: "the metadata \(key.excerpt()) is not a string")
            }
            metadata[key] = text
        }
        return metadata
    }

    private static func readEntry(
        path: String, name: String, _ entry: JSONValue, dataStart: Int
    ) throws(WeightError) -> TensorInfo {
        func bad(_ reason: String) -> WeightError { .badTensor(path: path, tensor: name, reason: reason) }
        guard entry.object != nil else { throw bad("its entry is not an object") }
        guard let typeName = entry["dtype"]?.string else { throw bad("its entry has no dtype") }
        guard let dtype = DType(rawValue: typeName) else { throw bad("the type \(typeName.excerpt(24)) is unknown") }
        guard let list = entry["shape"]?.array else { throw bad("its entry has no shape") }
        guard let byteCount = byteCount(of: list, dtype) else {
            throw bad("the shape \(entry["shape"]?.description.excerpt() ?? "") is not a list of usable sizes")
        }
        guard let offsets = entry["data_offsets"]?.array, offsets.count == 2,
            case .integer(let start) = offsets[0], case .integer(let end) = offsets[1], start >= 0, end >= start,
            end <= Int.max - dataStart
        else {
            throw bad("its data_offsets \(entry["data_offsets"]?.description.excerpt() ?? "are missing") are unusable")
        }
        guard end - start == byteCount.bytes else {
            throw bad(
                "\(dtype.rawValue) of shape \(byteCount.shape) takes \(byteCount.bytes) bytes, not \(end - start)")
        }
        return TensorInfo(
            name: name, dtype: dtype, shape: byteCount.shape, byteCount: byteCount.bytes, fileOffset: dataStart + start)
    }

    /// The sizes as integers and their product in bytes; nil if a size is negative or no integer, or on overflow.
    ///
    /// A size of 0 does not excuse an overflow of the others: the product is taken over the other sizes too.
    private static func byteCount(of list: [JSONValue], _ dtype: DType) -> (shape: [Int], bytes: Int)? {
        var shape: [Int] = []
        var product = dtype.byteWidth
        for element in list {
            guard case .integer(let size) = element, size >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
            if overflow { return nil }
            product = next
            shape.append(size)
        }
        return (shape, shape.contains(0) ? 0 : product)
    }

    /// Refuses data that two tensors share, data that no tensor covers, and data that is not there.
    private func checkLayout(dataStart: Int, fileBytes: Int) throws(WeightError) {
        var end = dataStart
        var previous = ""
        for tensor in tensors {
            if tensor.fileOffset < end {
                throw .badTensor(
                    path: path, tensor: tensor.name, reason: "its data overlaps the data of \(previous.excerpt())")
            }
            if tensor.fileOffset > end, tensor.fileOffset <= fileBytes {
                throw .badTensor(
                    path: path, tensor: tensor.name,
                    reason: "\(tensor.fileOffset - end) bytes in front of its data belong to no tensor")
            }
            end = tensor.fileOffset + tensor.byteCount
            previous = tensor.name
        }
        if end > fileBytes {
            throw .truncated(path: path, neededBytes: end, actualBytes: fileBytes)
        }
        if end < fileBytes {
            throw .badHeader(
                path: path,
                reason:
                    "the file has \(fileBytes) bytes and its tensors end at byte \(end), so it is not what was written")
        }
    }
}
