import Diffusion
import Kernels
import Models
import Synchronization

/// Memory that a step takes between the end of its first block and the end of its last: none, if all is planned.
enum AllocationBenchmarks {
    static func cases(_ sizes: BenchmarkSizes) -> [BenchmarkCase] {
        [sizes.lowGrid, sizes.highGrid].map { grid in
            let name = "allocations.\(grid.tokenCount)"
            return BenchmarkCase(
                name, "heap growth and fresh pages inside the blocks of one evaluation, \(grid.tokenCount) tokens"
            ) { context, precision in
                let model = try context.model().transformer(precision, context)
                let run = TransformerRun(model, grid: grid, promptTokens: sizes.promptTokens)
                return [try measure(name, run, precision)]
            }
        }
    }

    private static func measure(_ name: String, _ run: TransformerRun, _ precision: Precision) throws -> Measurement {
        // Threads, their stacks and the workspace's pages come with the first evaluation.
        try run.evaluate()
        let readings = Mutex<[MemoryReading]>([])
        readings.withLock { $0.reserveCapacity(256) }
        let seconds = try Stopwatch.seconds {
            try run.evaluate(afterBlock: { readings.withLock { $0.append(MemoryReading.now) } })
        }
        let all = readings.withLock { $0 }
        var result = Measurement(name: name, precision: precision.rawValue, seconds: Timing([seconds]))
        if let first = all.first, let last = all.last {
            result.details["blocks"] = Double(all.count - 1)
            result.details["fresh_pages"] = Double(last.minorFaults - first.minorFaults)
            if let before = first.heapBytes {
                let most = all.compactMap(\.heapBytes).max() ?? before
                result.details["heap_growth_bytes"] = Double(most - before)
            }
        }
        result.note =
            "memory in use as malloc and the kernel report it behind each block; what is freed within a block is not seen"
        return result
    }
}
