#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Owned memory on a 64-byte boundary, zeroed.
///
/// The owner decides who writes when; concurrent writers use disjoint parts.
package final class AlignedBuffer: @unchecked Sendable {
    // SAFETY: the address never changes; access is coordinated by the executors, which give each worker its own part.
    package let base: UnsafeMutableRawPointer
    package let byteCount: Int

    /// Pages come zeroed from the system, so untouched parts of a large buffer cost nothing.
    package init(byteCount: Int) {
        self.byteCount = byteCount
        owner = nil
        let size = (max(byteCount, 1) + 127) / 64 * 64
        if size >= 1 << 20 {
            let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let pages, pages != MAP_FAILED else {
                preconditionFailure("AlignedBuffer: the system has no \(size) bytes left")
            }
            madvise(pages, size, 14)  // MADV_HUGEPAGE: fewer misses in the address cache, best effort
            base = pages
            mappedBytes = size
        } else {
            base = .allocate(byteCount: size, alignment: 64)
            base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            mappedBytes = 0
        }
    }

    private let mappedBytes: Int
    /// Keeps the memory of another alive; nil: the memory is this buffer's own.
    private let owner: (any Sendable)?

    /// Memory that `owner` keeps, 64-byte aligned. It may be a file's, which nothing writes.
    package init(_ bytes: UnsafeRawBufferPointer, of owner: any Sendable) {
        precondition(
            Int(bitPattern: bytes.baseAddress).isMultiple(of: 64), "AlignedBuffer: borrowed memory is not aligned")
        guard let address = bytes.baseAddress else { preconditionFailure("AlignedBuffer: nothing is borrowed") }
        base = UnsafeMutableRawPointer(mutating: address)
        byteCount = bytes.count
        mappedBytes = 0
        self.owner = owner
    }

    deinit {
        if owner != nil { return }
        if mappedBytes > 0 {
            munmap(base, mappedBytes)
        } else {
            base.deallocate()
        }
    }

    package func floats(at index: Int = 0) -> UnsafeMutablePointer<Float> {
        (base + index * 4).assumingMemoryBound(to: Float.self)
    }

    package func halves(at index: Int = 0) -> UnsafeMutablePointer<UInt16> {
        (base + index * 2).assumingMemoryBound(to: UInt16.self)
    }

    package func bytes(at index: Int = 0) -> UnsafeMutablePointer<UInt8> {
        (base + index).assumingMemoryBound(to: UInt8.self)
    }
}
