import Kernels

/// The modulation rows of one evaluation: one set for each distinct timestep, and which tokens have it.
struct TimestepContext: Sendable {
    /// Neighbouring tokens of one timestep.
    struct Run: Sendable {
        var tokens: Range<Int>
        /// Which distinct timestep.
        var set: Int
    }

    let runs: [Run]
    /// For each block, `[sets, 6, width]`: modulation plus the block's table.
    let blocks: AlignedBuffer
    /// For each fusion block, `[sets, 2, width]`.
    let fusions: AlignedBuffer
    /// `[sets, 2, width]`: shift, scale before the output.
    let output: AlignedBuffer
    let width: Int
    let setCount: Int

    func block(_ index: Int, set: Int, row: Int) -> UnsafePointer<Float> {
        UnsafePointer(blocks.floats(at: ((index * setCount + set) * 6 + row) * width))
    }

    func fusion(_ index: Int, set: Int, row: Int) -> UnsafePointer<Float> {
        UnsafePointer(fusions.floats(at: ((index * setCount + set) * 2 + row) * width))
    }

    func output(set: Int, row: Int) -> UnsafePointer<Float> {
        UnsafePointer(output.floats(at: (set * 2 + row) * width))
    }

    /// The runs' parts inside some tokens.
    @inline(__always)
    func forEachRun(in tokens: Range<Int>, _ body: (_ tokens: Range<Int>, _ set: Int) -> Void) {
        if runs.count == 1 { return body(tokens, 0) }
        for run in runs {
            let part = run.tokens.clamped(to: tokens)
            if !part.isEmpty { body(part, run.set) }
        }
    }
}
