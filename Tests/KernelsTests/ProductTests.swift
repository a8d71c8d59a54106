import Kernels
import TestSupport
import Testing

@Suite struct ProductTests {
    static let rowCounts = Array(1...13) + [95, 96, 97, 256]
    static let columnCounts = [1, 15, 16, 17, 31, 32, 48, 63, 64, 65, 130]

    /// Runs one corner of a problem, in rows that are further apart than they are wide, and compares it.
    private func check(_ problem: ProductProblem, _ matrix: PackedMatrix, rows: Int) {
        let columns = matrix.outputChannels
        var output = GuardedRows(rows: rows, columns: columns, stride: columns + 3)
        output.write {
            problem.run(matrix, rows: rows, epilogue: Epilogue(output: $0, stride: columns + 3, isBF16: false))
        }
        let corner = problem.corner(rows: rows, columns: columns)
        output.expect(
            corner, tolerance: problem.tolerance(corner: corner),
            "\(rows) rows, \(columns) columns, \(problem.inputCount) inputs, \(problem.tapCount) taps")
    }

    @Test("Products of every number of rows and columns", arguments: KernelVariant.all, [9, 64])
    func rowsAndColumns(variant: KernelVariant, inputs: Int) {
        let problem = ProductProblem(variant, rows: 256, columns: 130, inputs: inputs)
        for columns in Self.columnCounts {
            let matrix = problem.matrix(columns: columns)
            for rows in Self.rowCounts { check(problem, matrix, rows: rows) }
        }
    }

    @Test(
        "Products of every number of inputs",
        arguments: KernelVariant.all, [1, 2, 3, 4, 5, 6, 7, 8, 9, 63, 64, 65, 200, 1537])
    func inputs(variant: KernelVariant, inputs: Int) {
        let problem = ProductProblem(variant, rows: 14, columns: 80, inputs: inputs)
        for columns in [1, 17, 48, 80] {
            let matrix = problem.matrix(columns: columns)
            for rows in [1, 6, 7, 14] { check(problem, matrix, rows: rows) }
        }
    }

    // A row is cut into blocks where it has more than 1536 groups and there are more than 12 rows: 1024 groups a block of
    // a long segment, as many whole segments as fit into 1024 of several.
    @Test("Long rows, cut into blocks", arguments: KernelVariant.all)
    func longRows(variant: KernelVariant) {
        let size = PackedMatrix.groupSize(variant.precision)
        for inputs in [1536 * size, 1536 * size + 1, 2048 * size + 1, 3000 * size] {
            let problem = ProductProblem(variant, rows: 20, columns: 70, inputs: inputs)
            let matrix = problem.matrix(columns: 70)
            for rows in [12, 13, 20] { check(problem, matrix, rows: rows) }
        }
    }

    @Test("Convolutions of 27 taps, the small ones whole, the large ones in blocks", arguments: KernelVariant.all)
    func taps(variant: KernelVariant) {
        let size = PackedMatrix.groupSize(variant.precision)
        for inputs in [1, 3, 16, 57 * size, 100 * size + 1] {
            let problem = ProductProblem(variant, rows: 29, columns: 50, inputs: inputs, taps: 27)
            for columns in [3, 48, 50] {
                let matrix = problem.matrix(columns: columns)
                for rows in [1, 5, 13, 29] { check(problem, matrix, rows: rows) }
            }
        }
        // A segment longer than a block is a block of its own.
        let wide = ProductProblem(variant, rows: 14, columns: 17, inputs: 1030 * size, taps: 2)
        check(wide, wide.matrix(columns: 17), rows: 14)
    }

    @Test("A block of 256 long rows", arguments: KernelVariant.all)
    func mostRows(variant: KernelVariant) {
        let inputs = 1600 * PackedMatrix.groupSize(variant.precision)
        let problem = ProductProblem(variant, rows: Kernels.maximumRows, columns: 17, inputs: inputs)
        check(problem, problem.matrix(columns: 17), rows: Kernels.maximumRows)
    }

    @Test("Adding zeros to a bf16 output changes nothing", arguments: KernelVariant.all)
    func zeroWeights(variant: KernelVariant) {
        let matrix = PackedMatrix(
            outputChannels: 20, inputChannels: 5, precision: variant.precision, kernels: variant.kernels
        ) { _, _, _ in 0 }
        let problem = ProductProblem(variant, rows: 3, columns: 20, inputs: 5)
        let initial = (0..<60).map { Float($0) - 30 }
        var output = GuardedRows(rows: 3, columns: 20, isBF16: true, initial: initial)
        output.write {
            problem.run(matrix, rows: 3, epilogue: Epilogue(output: $0, stride: 20, isBF16: true, accumulates: true))
        }
        output.expect(initial.map(Double.init), tolerance: 0, "zero weights")
    }

    @Test("Every thread count gives the same bits", arguments: KernelVariant.all)
    func threads(variant: KernelVariant) {
        // Chunks of more than 12 rows of this length are cut into blocks, smaller ones are not.
        let (rows, columns, inputs) = (50, 37, 1700 * PackedMatrix.groupSize(variant.precision))
        var random = SeededGenerator(seed: 3)
        let x = random.floats(rows * inputs)
        let weights = random.floats(columns * inputs)
        let bias = random.floats(columns)
        let matrix = PackedMatrix(
            outputChannels: columns, inputChannels: inputs, precision: variant.precision, kernels: variant.kernels
        ) { output, _, input in weights[output * inputs + input] }
        let results = [1, 2, 7].map { threadCount in
            var output = GuardedRows(rows: rows, columns: columns)
            output.write {
                variant.kernels.linear(
                    x, rows: rows, matrix: matrix, bias: bias, activation: .silu,
                    into: $0.assumingMemoryBound(to: Float.self), parallel: Parallel(threadCount: threadCount))
            }
            #expect(output.isIntact)
            return output.values
        }
        #expect(results[0].allSatisfy { $0.isFinite })
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
    }

    @Test("A stopped product writes nothing")
    func stopped() {
        let matrix = PackedMatrix(outputChannels: 4, inputChannels: 4, precision: .fp32) { _, _, _ in 1 }
        let stop = StopFlag()
        stop.stop()
        var output = GuardedRows(rows: 3, columns: 4)
        output.write {
            Kernels().linear(
                [Float](repeating: 1, count: 12), rows: 3, matrix: matrix, into: $0.assumingMemoryBound(to: Float.self),
                parallel: Parallel(threadCount: 2), stop: stop)
        }
        #expect(output.values.allSatisfy { $0.isNaN })
    }
}
