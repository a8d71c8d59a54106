import Foundation
package import Kernels

func expFloat(_ value: Float) -> Float { exp(value) }

extension VideoTransformerExecutor {
    /// Whether attention visits all key blocks.
    package enum Sparsity: Sendable {
        case none
        /// Visits all, and notes which it would need.
        case measured(AttentionSparsity)
        /// Visits those that were noted.
        case applied(AttentionSparsity)
    }

    /// What one evaluation needs beside the tokens.
    package struct Evaluation: Sendable {
        package var rotary: RotaryRows
        package var prompt: PromptContext
        /// In 0...1: one for all tokens, or one for each.
        package var timesteps: [Float]
        /// For a model with fusion blocks, ``injections(of:from:to:stop:)``.
        package var injections: [InjectedFeatures] = []
        /// Spatio-temporal guidance; batch elements are not looked at, the evaluation has one.
        package var perturbation: AttentionPerturbation?
        package var sparsity = Sparsity.none
        /// Nil: every block is computed.
        package var reuse: BlockReuse?
        package var stop: StopFlag?
        /// Called after each block with its index.
        package var onBlock: (@Sendable (Int) -> Void)?

        package init(rotary: RotaryRows, prompt: PromptContext, timesteps: [Float]) {
            self.rotary = rotary
            self.prompt = prompt
            self.timesteps = timesteps
        }
    }

    /// The velocity of every token, `[tokens, outputChannels]`.
    ///
    /// `tokens`: `[tokens, inputChannels]`.
    /// Throws `CancellationError` if the evaluation's flag was set.
    package func velocity(
        _ tokens: [Float], _ evaluation: Evaluation, workspace: TransformerWorkspace
    ) throws -> [Float] {
        let time = timesteps(evaluation.timesteps, tokenCount: workspace.tokenCount)
        embed(tokens, workspace)
        for index in blocks.indices {
            try block(index, evaluation, time, workspace)
            evaluation.onBlock?(index)
            guard index == 0, let reuse = evaluation.reuse else { continue }
            let isWhole = reuse.isWhole(workspace.stream, parallel: parallel)
            reuse.onChoice?(isWhole)
            guard isWhole else {
                reuse.cache.apply(to: workspace.stream, parallel: parallel)
                return project(time, workspace)
            }
            reuse.cache.begin(workspace.stream, parallel: parallel)
        }
        evaluation.reuse?.cache.end(workspace.stream, parallel: parallel)
        return project(time, workspace)
    }

    /// The stream behind some blocks; later blocks are not run.
    ///
    /// - Returns: for each, `[tokens, width]`.
    package func streams(
        after wanted: [Int], _ tokens: [Float], _ evaluation: Evaluation, workspace: TransformerWorkspace
    ) throws -> [[Float]] {
        let time = timesteps(evaluation.timesteps, tokenCount: workspace.tokenCount)
        embed(tokens, workspace)
        var streams: [Int: [Float]] = [:]
        for index in 0..<((wanted.max() ?? -1) + 1) {
            try block(index, evaluation, time, workspace)
            evaluation.onBlock?(index)
            if wanted.contains(index) {
                streams[index] = Array(
                    UnsafeBufferPointer(
                        start: workspace.stream.floats(), count: workspace.tokenCount * configuration.width))
            }
        }
        return wanted.compactMap { streams[$0] }
    }

    private func embed(_ tokens: [Float], _ workspace: TransformerWorkspace) {
        precondition(
            tokens.count == workspace.tokenCount * configuration.inputChannels,
            "transformer: \(tokens.count) values for \(workspace.tokenCount) tokens")
        tokens.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            kernels.linear(
                base, rows: workspace.tokenCount, matrix: inputProjection.matrix, bias: inputProjection.bias,
                into: workspace.stream.floats(), parallel: parallel)
        }
    }

    private func project(_ time: TimestepContext, _ workspace: TransformerWorkspace) -> [Float] {
        let (width, channels) = (configuration.width, configuration.outputChannels)
        return [Float](unsafeUninitializedCapacity: workspace.tokenCount * channels) { output, initialized in
            // SAFETY: chunks write disjoint rows.
            nonisolated(unsafe) let target = output
            forEachChunk(workspace) { tokens, _, memory in
                time.forEachRun(in: tokens) { part, set in
                    let offset = part.lowerBound - tokens.lowerBound
                    kernels.normalize(
                        .layer, workspace.stream.floats(at: part.lowerBound * width), rows: part.count, channels: width,
                        epsilon: configuration.normEpsilon,
                        modulation: Modulation(
                            scale: time.output(set: set, row: 1), shift: time.output(set: set, row: 0), stride: 0),
                        into: memory.rows.floats(at: offset * width), isBF16: false)
                }
                guard let base = target.baseAddress else { return }
                kernels.linear(
                    memory.rows.base, rows: tokens.count, rowStride: width * 4, matrix: outputProjection.matrix,
                    epilogue: Epilogue(
                        output: base + tokens.lowerBound * channels, stride: channels, isBF16: false,
                        bias: outputProjection.bias))
            }
            initialized = workspace.tokenCount * channels
        }
    }

    /// Runs `body(tokens, worker, its memory)` for every chunk of rows.
    func forEachChunk(
        _ workspace: TransformerWorkspace, stop: StopFlag? = nil,
        _ body: @Sendable (Range<Int>, Int, TransformerWorkspace.WorkerMemory) -> Void
    ) {
        let (count, rows) = (workspace.tokenCount, workspace.chunkRows)
        parallel.forEach((count + rows - 1) / rows, stop: stop) { chunk, worker in
            body(chunk * rows..<min(count, (chunk + 1) * rows), worker, workspace.worker(worker))
        }
    }
}
