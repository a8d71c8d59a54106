import Kernels
import Testing

@Suite struct AlignedBufferTests {
    @Test(
        "Memory is zeroed, aligned and writable to its end",
        arguments: [0, 1, 63, 64, 65, 4096, (1 << 20) - 128, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
    func zeroed(byteCount: Int) {
        // Twice, so that the second may get what the first has dirtied.
        for _ in 0..<2 {
            let buffer = AlignedBuffer(byteCount: byteCount)
            #expect(buffer.byteCount == byteCount)
            #expect(UInt(bitPattern: buffer.base) % 64 == 0)
            let bytes = UnsafeMutableBufferPointer(start: buffer.bytes(), count: byteCount)
            #expect(bytes.allSatisfy { $0 == 0 })
            bytes.update(repeating: 0xee)
            #expect(bytes.allSatisfy { $0 == 0xee })
        }
    }

    @Test("Views count in their own elements")
    func views() {
        let buffer = AlignedBuffer(byteCount: 64)
        buffer.floats(at: 3).pointee = 1
        #expect(buffer.base.load(fromByteOffset: 12, as: Float.self) == 1)
        #expect(buffer.halves(at: 7).pointee == 0x3f80)
        #expect(buffer.bytes(at: 15).pointee == 0x3f)
    }
}
