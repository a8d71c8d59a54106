/// An owned block of floats, aligned to 64 bytes: the memory behind one or several tensors.
// SAFETY: the memory is written only while a tensor is being built, before anyone else can see it, and read-only after.
package final class TensorStorage: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    package let count: Int

    /// Allocates `count` floats with undefined content.
    init(count: Int) {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * MemoryLayout<Float>.stride, alignment: 64)
        pointer = raw.bindMemory(to: Float.self, capacity: max(1, count))
        self.count = count
    }

    deinit {
        UnsafeMutableRawPointer(pointer).deallocate()
    }
}
