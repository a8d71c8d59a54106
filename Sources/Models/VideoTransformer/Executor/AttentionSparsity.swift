import Kernels

/// Which key blocks each block of queries visits, for every layer and head: learned from one evaluation, used in the next.
///
/// Most of a head's attention lies in few blocks of keys if neighbouring tokens are neighbours in memory (``TokenOrder``).
/// While an evaluation *measures*, attention is dense, and the blocks that hold `coverage` of a query block's weights are
/// noted, heaviest first. Later evaluations *apply* the notes and leave the other key blocks out. What was left out is known
/// at the time of measuring: at most 1 - `coverage` of the weights.
package final class AttentionSparsity: Sendable {
    /// Share of each query block's attention that its chosen key blocks held, in 0...1.
    package let coverage: Float
    package let layerCount: Int
    package let headCount: Int
    package let queryBlockCount: Int
    package let keyBlockCount: Int
    private let masks: AlignedBuffer

    /// `tokenCount`: of the sequences measured and masked.
    package init(configuration: VideoTransformerConfiguration, tokenCount: Int, coverage: Float) {
        precondition((0...1).contains(coverage), "AttentionSparsity: coverage \(coverage)")
        self.coverage = coverage
        layerCount = configuration.layerCount
        headCount = configuration.headCount
        queryBlockCount = (tokenCount + Kernels.queryBlock - 1) / Kernels.queryBlock
        keyBlockCount = (tokenCount + Kernels.keyBlock - 1) / Kernels.keyBlock
        masks = AlignedBuffer(byteCount: layerCount * headCount * queryBlockCount * keyBlockCount)
    }

    package var byteCount: Int { masks.byteCount }

    /// What the choices for these shapes will take, without making them.
    package static func byteCount(configuration: VideoTransformerConfiguration, tokenCount: Int) -> Int {
        configuration.layerCount * configuration.headCount
            * ((tokenCount + Kernels.queryBlock - 1) / Kernels.queryBlock)
            * ((tokenCount + Kernels.keyBlock - 1) / Kernels.keyBlock)
    }

    /// All choices, eight to a byte, for a file.
    package var bits: [UInt8] {
        let bytes = masks.bytes()
        var bits = [UInt8](repeating: 0, count: (masks.byteCount + 7) / 8)
        for index in 0..<masks.byteCount where bytes[index] != 0 { bits[index / 8] |= 1 << UInt8(index % 8) }
        return bits
    }

    /// Takes choices from a file.
    ///
    /// - Returns: false, with nothing changed, where they are not for these shapes.
    package func restore(_ bits: [UInt8]) -> Bool {
        guard bits.count == (masks.byteCount + 7) / 8 else { return false }
        for index in 0..<masks.byteCount { masks.bytes()[index] = bits[index / 8] >> UInt8(index % 8) & 1 }
        return true
    }

    func mask(layer: Int, head: Int, queryBlock: Int) -> UnsafeMutablePointer<UInt8> {
        masks.bytes(at: ((layer * headCount + head) * queryBlockCount + queryBlock) * keyBlockCount)
    }

    /// Chooses the heaviest key blocks until they hold the coverage.
    ///
    /// `mass`: the weights of the query block in each key block, `[keyBlockCount]`.
    func choose(layer: Int, head: Int, queryBlock: Int, mass: UnsafePointer<Float>) {
        let mask = mask(layer: layer, head: head, queryBlock: queryBlock)
        var total: Float = 0
        for block in 0..<keyBlockCount {
            mask[block] = 0
            total += mass[block]
        }
        var held: Float = 0
        for block in (0..<keyBlockCount).sorted(by: { mass[$0] > mass[$1] }) {
            mask[block] = 1
            held += mass[block]
            if held >= coverage * total { return }
        }
    }

    /// The share of key blocks that are visited, over all layers, heads and queries.
    package var visitedShare: Double {
        var visited = 0
        let count = layerCount * headCount * queryBlockCount * keyBlockCount
        for index in 0..<count { visited += Int(masks.bytes()[index]) }
        return Double(visited) / Double(max(count, 1))
    }
}

/// An order of tokens in which near tokens are near in memory: the picture is halved along its longer side until a part's
/// tokens (all frames of it) fill no more than a key block.
package struct TokenOrder: Sendable {
    /// `order[i]` is the token at place i.
    package let order: [Int]

    /// - Parameters:
    ///   - grid: tokens in frame, row, column order.
    ///   - partTokens: the most tokens of a part.
    package init(grid: TokenGrid, partTokens: Int = Kernels.keyBlock) {
        var order: [Int] = []
        order.reserveCapacity(grid.tokenCount)
        func visit(_ rows: Range<Int>, _ columns: Range<Int>) {
            let cells = rows.count * columns.count
            if cells * grid.frames <= partTokens || cells == 1 {
                for frame in 0..<grid.frames {
                    for row in rows {
                        for column in columns { order.append((frame * grid.rows + row) * grid.columns + column) }
                    }
                }
            } else if rows.count > columns.count {
                let middle = rows.lowerBound + rows.count / 2
                visit(rows.lowerBound..<middle, columns)
                visit(middle..<rows.upperBound, columns)
            } else {
                let middle = columns.lowerBound + columns.count / 2
                visit(rows, columns.lowerBound..<middle)
                visit(rows, middle..<columns.upperBound)
            }
        }
        visit(0..<grid.rows, 0..<grid.columns)
        self.order = order
    }

    /// Rows of `width` numbers in this order.
    package func applied(to values: [Float], width: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: values.count) { target, count in
            values.withUnsafeBufferPointer { source in
                for (place, token) in order.enumerated() {
                    for column in 0..<width { target[place * width + column] = source[token * width + column] }
                }
            }
            count = values.count
        }
    }

    /// Rows in this order back in the grid's.
    package func undone(_ values: [Float], width: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: values.count) { target, count in
            values.withUnsafeBufferPointer { source in
                for (place, token) in order.enumerated() {
                    for column in 0..<width { target[token * width + column] = source[place * width + column] }
                }
            }
            count = values.count
        }
    }
}
