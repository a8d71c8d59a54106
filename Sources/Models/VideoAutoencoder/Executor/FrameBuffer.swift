import Kernels

/// Activations of one frame, `[rows + 2, columns + 2, channelStride]` in bf16 or fp32, with a border of one pixel so that
/// a 3x3 convolution needs no special case at the edge.
final class FrameBuffer: Sendable {
    let rows: Int
    let columns: Int
    let channels: Int
    /// Channels rounded up to whole 4-byte groups; the rest is zero.
    let channelStride: Int
    let isBF16: Bool
    private let storage: AlignedBuffer

    init(rows: Int, columns: Int, channels: Int, isBF16: Bool) {
        self.rows = rows
        self.columns = columns
        self.channels = channels
        self.isBF16 = isBF16
        channelStride = isBF16 ? (channels + 1) / 2 * 2 : channels
        storage = AlignedBuffer(byteCount: (rows + 2) * (columns + 2) * channelStride * (isBF16 ? 2 : 4))
    }

    var byteCount: Int { storage.byteCount }
    var pixelBytes: Int { channelStride * (isBF16 ? 2 : 4) }

    /// The pixel at a row and column from -1 to the size.
    func pixel(_ row: Int, _ column: Int) -> UnsafeMutableRawPointer {
        storage.base + ((row + 1) * (columns + 2) + column + 1) * pixelBytes
    }

    /// Fills the border from the picture; zeros need nothing.
    func fillBorder(_ padding: SpatialPadding) {
        guard padding != .zeros else { return }
        func source(_ index: Int, _ count: Int) -> Int {
            guard index < 0 || index >= count else { return index }
            return switch padding {
            case .zeros, .replicate: min(max(index, 0), count - 1)
            case .reflect: index < 0 ? min(1, count - 1) : max(count - 2, 0)
            case .circular: index < 0 ? count - 1 : 0
            }
        }
        for row in -1...rows {
            let isOutside = row < 0 || row == rows
            for column in isOutside ? Array(-1...columns) : [-1, columns] {
                pixel(row, column).copyMemory(
                    from: pixel(source(row, rows), source(column, columns)), byteCount: pixelBytes)
            }
        }
    }
}

/// Keeps frames that are done with, so that decoding a long clip allocates only at its start.
final class FramePool {
    private var free: [FrameBuffer] = []
    private let isBF16: Bool
    /// Bytes of all frames ever made: what the decoder's activations take.
    private(set) var byteCount = 0

    init(isBF16: Bool) { self.isBF16 = isBF16 }

    /// A frame whose border is zero (as made) and whose picture holds anything.
    func take(rows: Int, columns: Int, channels: Int) -> FrameBuffer {
        if let index = free.firstIndex(where: { $0.rows == rows && $0.columns == columns && $0.channels == channels }) {
            return free.swapAt(index)
        }
        let frame = FrameBuffer(rows: rows, columns: columns, channels: channels, isBF16: isBF16)
        byteCount += frame.byteCount
        return frame
    }

    func give(_ frame: FrameBuffer) { free.append(frame) }
}

extension [FrameBuffer] {
    /// Removes and returns an element without keeping the order.
    fileprivate mutating func swapAt(_ index: Int) -> FrameBuffer {
        swapAt(index, count - 1)
        return removeLast()
    }
}
