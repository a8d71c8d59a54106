import Kernels
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Attention that leaves out key blocks")
struct AttentionSparsityTests {
    @Test(
        "an order holds every token once and can be undone",
        arguments: [(1, 1, 1), (2, 5, 7), (4, 45, 80), (3, 1, 300)])
    func order(shape: (Int, Int, Int)) {
        let grid = TokenGrid(frames: shape.0, rows: shape.1, columns: shape.2)
        let order = TokenOrder(grid: grid)
        #expect(order.order.sorted() == Array(0..<grid.tokenCount))
        let values = (0..<grid.tokenCount * 3).map(Float.init)
        #expect(order.undone(order.applied(to: values, width: 3), width: 3) == values)
    }

    @Test("tokens of a key block are neighbours")
    func neighbours() {
        let grid = TokenGrid(frames: 4, rows: 45, columns: 80)
        let order = TokenOrder(grid: grid)
        var extents: [Int] = []
        for start in stride(from: 0, to: grid.tokenCount - Kernels.keyBlock, by: Kernels.keyBlock) {
            let cells = order.order[start..<start + Kernels.keyBlock].map { $0 % (45 * 80) }
            let rows = cells.map { $0 / 80 }
            let columns = cells.map { $0 % 80 }
            extents.append((rows.max() ?? 0) - (rows.min() ?? 0) + (columns.max() ?? 0) - (columns.min() ?? 0))
        }
        // 64 cells in a square are 14 apart; a block that lies in two parts may reach further. In grid order it is 80.
        #expect(extents.reduce(0, +) / extents.count < 35, "\(extents)")
    }

    /// A model of random weights, wide enough for several key blocks.
    private func evaluation(
        _ sparsity: VideoTransformerExecutor.Sparsity, precision: Precision
    ) throws -> (velocity: [Float], model: VideoTransformerExecutor, tokenCount: Int) {
        let golden = try #require(try GoldenSet.current.cases(kind: "dit_forward").first)
        let model = try golden.executor(Arithmetic(level: .best, precision: precision))
        let grid = TokenGrid(frames: 2, rows: 20, columns: 20)
        var random = SeededGenerator(seed: 4)
        let tokens = (0..<grid.tokenCount * model.configuration.inputChannels).map { _ in
            Float.random(in: -1...1, using: &random)
        }
        var coordinates: [[Float]] = [[], [], []]
        for frame in 0..<grid.frames {
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    coordinates[0].append(Float(frame) / 3)
                    coordinates[1].append(Float(32 * row))
                    coordinates[2].append(Float(32 * column))
                }
            }
        }
        let prompt = try golden.input("encoder_hidden_states").sliced(axis: 0, 0..<1)
        var evaluation = VideoTransformerExecutor.Evaluation(
            rotary: RotaryRows(coordinates: coordinates.flatMap { $0 }, configuration: model.configuration),
            prompt: model.prompt(states: prompt.values, mask: Array(repeating: 1, count: prompt.shape[1])),
            timesteps: [0.6])
        evaluation.sparsity = sparsity
        let velocity = try model.velocity(
            tokens, evaluation, workspace: model.workspace(tokenCount: grid.tokenCount))
        return (velocity, model, grid.tokenCount)
    }

    @Test("measuring changes no bit, and full coverage leaves out nothing", arguments: Precision.allCases)
    func fullCoverage(precision: Precision) throws {
        let (dense, model, count) = try evaluation(.none, precision: precision)
        let sparsity = AttentionSparsity(configuration: model.configuration, tokenCount: count, coverage: 1)
        #expect(try evaluation(.measured(sparsity), precision: precision).velocity == dense)
        #expect(sparsity.visitedShare > 0.99)
        #expect(try evaluation(.applied(sparsity), precision: precision).velocity == dense)
    }

    @Test("choices survive a file")
    func bits() throws {
        let (_, model, count) = try evaluation(.none, precision: .fp32)
        let sparsity = AttentionSparsity(configuration: model.configuration, tokenCount: count, coverage: 0.6)
        _ = try evaluation(.measured(sparsity), precision: .fp32)
        let copy = AttentionSparsity(configuration: model.configuration, tokenCount: count, coverage: 0.6)
        #expect(!copy.restore(Array(sparsity.bits.dropLast())))
        #expect(copy.visitedShare == 0)
        #expect(copy.restore(sparsity.bits))
        #expect(copy.bits == sparsity.bits && copy.visitedShare == sparsity.visitedShare)
        #expect(
            try evaluation(.applied(copy), precision: .fp32).velocity
                == evaluation(.applied(sparsity), precision: .fp32).velocity)
    }

    @Test("less coverage visits less and stays near")
    func partialCoverage() throws {
        let (dense, model, count) = try evaluation(.none, precision: .fp32)
        let sparsity = AttentionSparsity(configuration: model.configuration, tokenCount: count, coverage: 0.7)
        _ = try evaluation(.measured(sparsity), precision: .fp32)
        #expect(sparsity.visitedShare < 0.95 && sparsity.visitedShare >= 0.5)
        let sparse = try evaluation(.applied(sparsity), precision: .fp32).velocity
        #expect(sparse != dense)
        expectClose(sparse, dense, tolerance: 0.3, "sparse against dense")
    }
}
