/// How to walk over two operands that are broadcast against each other as NumPy does.
///
/// Axes of length 1 are dropped and neighbours that both operands walk alike are merged, so the innermost loop is long.
struct BroadcastPlan {
    let shape: [Int]
    private var outer: [(count: Int, firstStep: Int, secondStep: Int)] = []
    private(set) var rowLength = 1
    /// 1 if the operand advances along a row, 0 if one of its elements serves the whole row.
    private(set) var firstStep = 0
    private(set) var secondStep = 0

    /// Nil if the shapes do not broadcast.
    init?(_ first: [Int], _ second: [Int]) {
        let rank = max(first.count, second.count)
        let a = Array(repeating: 1, count: rank - first.count) + first
        let b = Array(repeating: 1, count: rank - second.count) + second
        var shape: [Int] = []
        for (m, n) in zip(a, b) {
            guard m == n || m == 1 || n == 1 else { return nil }
            shape.append(m == 1 ? n : m)
        }
        self.shape = shape
        collectAxes(a, b)
    }

    private mutating func collectAxes(_ a: [Int], _ b: [Int]) {
        var axes: [(count: Int, firstStep: Int, secondStep: Int)] = []
        var (aStride, bStride) = (1, 1)
        for axis in shape.indices.reversed() {
            let (aStep, bStep) = (a[axis] == 1 ? 0 : aStride, b[axis] == 1 ? 0 : bStride)
            (aStride, bStride) = (aStride * a[axis], bStride * b[axis])
            guard shape[axis] != 1 else { continue }
            if let last = axes.last, last.firstStep * last.count == aStep, last.secondStep * last.count == bStep {
                axes[axes.count - 1].count *= shape[axis]
            } else {
                axes.append((shape[axis], aStep, bStep))
            }
        }
        if let row = axes.first {
            (rowLength, firstStep, secondStep) = row
        }
        outer = Array(axes.dropFirst())
    }

    /// Calls `body` for every row with the offsets of its first element in the result and both operands.
    @inline(__always)
    func forEachRow(_ body: (_ result: Int, _ first: Int, _ second: Int) -> Void) {
        let rowCount = outer.reduce(1) { $0 * $1.count }
        guard rowLength > 0 else { return }
        var position = Array(repeating: 0, count: outer.count)
        var (first, second) = (0, 0)
        for row in 0..<rowCount {
            body(row * rowLength, first, second)
            for axis in outer.indices {
                position[axis] += 1
                first += outer[axis].firstStep
                second += outer[axis].secondStep
                if position[axis] < outer[axis].count { break }
                position[axis] = 0
                first -= outer[axis].firstStep * outer[axis].count
                second -= outer[axis].secondStep * outer[axis].count
            }
        }
    }
}
