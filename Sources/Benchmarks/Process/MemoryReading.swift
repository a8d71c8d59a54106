import Foundation

/// What the process has taken of the heap and of the system's pages so far.
struct MemoryReading: Sendable {
    /// Bytes handed out by malloc and not given back; nil where the C library does not tell.
    var heapBytes: Int?
    /// Pages that the system had to provide when they were first touched.
    var minorFaults: Int

    static var now: MemoryReading {
        MemoryReading(heapBytes: heapInUse(), minorFaults: minorFaults())
    }

    /// Field 10 of `/proc/self/stat`; 0 where there is no such file.
    private static func minorFaults() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            // The second field is the program's name in brackets, which may hold spaces and brackets itself.
            let close = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[close...].split(separator: " ")
        return fields.count > 8 ? Int(fields[8]) ?? 0 : 0
    }

    /// `malloc_info` of glibc describes the heap as XML; the last lines sum up all arenas. Its header is not part of
    /// Swift's module of the C library, so the function is looked up by name.
    private static func heapInUse() -> Int? {
        typealias MallocInfo = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
        guard let symbol = dlsym(nil, "malloc_info") else { return nil }
        let mallocInfo = unsafeBitCast(symbol, to: MallocInfo.self)
        var bytes: UnsafeMutablePointer<CChar>?
        var count = 0
        guard let stream = open_memstream(&bytes, &count) else { return nil }
        let status = mallocInfo(0, stream)
        fclose(stream)
        defer { free(bytes) }
        guard status == 0, let bytes else { return nil }
        return inUse(String(cString: bytes))
    }

    /// Bytes from the system, less those that are free, plus blocks mapped on their own.
    static func inUse(_ text: String) -> Int? {
        // What follows the last arena is the sum.
        let lines = text.split(separator: "\n")
        guard let last = lines.lastIndex(where: { $0.hasPrefix("</heap>") }) else { return nil }
        var total = 0
        for line in lines[(last + 1)...] {
            guard let size = attribute("size", of: line) else { continue }
            if line.hasPrefix("<total type=\"fast\"") || line.hasPrefix("<total type=\"rest\"") { total -= size }
            if line.hasPrefix("<total type=\"mmap\"") || line.hasPrefix("<system type=\"current\"") { total += size }
        }
        return total
    }

    private static func attribute(_ name: String, of line: Substring) -> Int? {
        guard let start = line.firstRange(of: "\(name)=\"")?.upperBound else { return nil }
        return Int(line[start...].prefix { $0 != "\"" })
    }
}
