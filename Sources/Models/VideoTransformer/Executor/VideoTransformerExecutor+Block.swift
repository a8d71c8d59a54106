import Kernels

extension VideoTransformerExecutor {
    /// One block, and the fusion block behind it, on the workspace's stream.
    func block(
        _ index: Int, _ evaluation: Evaluation, _ time: TimestepContext, _ workspace: TransformerWorkspace
    ) throws {
        let perturbed = evaluation.perturbation.flatMap { $0.blocks.contains(index) ? $0.mode : nil }
        if perturbed != .transformerBlock {
            forEachChunk(workspace, stop: evaluation.stop) { tokens, worker, memory in
                prepareAttention(index, evaluation, time, workspace, tokens, worker, memory, replacement: perturbed)
            }
            if perturbed != .attentionValues && perturbed != .attentionSkip {
                if workspace.keysValues.isQuantized { quantizeKeysValues(workspace, stop: evaluation.stop) }
                attend(index, workspace, evaluation)
            }
            forEachChunk(workspace, stop: evaluation.stop) { tokens, worker, memory in
                finishAttention(index, time, workspace, tokens, worker)
                attendToPrompt(index, evaluation.prompt, workspace, tokens, worker, memory)
                feedForward(index, time, workspace, tokens, worker, memory)
            }
        }
        if let fusion = turbo2k?.guidanceBlocks.firstIndex(of: index) {
            precondition(fusion < evaluation.injections.count, "block \(index): its injection is missing")
            forEachChunk(workspace, stop: evaluation.stop) { tokens, worker, memory in
                fuse(fusion, evaluation.injections[fusion], time, workspace, tokens, worker, memory)
            }
        }
        if evaluation.stop?.isStopped ?? false { throw CancellationError() }
    }

    // MARK: Parts of a block, each for one chunk of rows

    /// Normed, modulated rows into the narrow operand; with int8 by way of the worker's fp32 rows.
    private func modulate(
        _ tokens: Range<Int>, _ time: TimestepContext, block: Int, shiftRow: Int, _ workspace: TransformerWorkspace,
        _ worker: Int, _ memory: TransformerWorkspace.WorkerMemory
    ) {
        let width = configuration.width
        let operand = workspace.narrowOperands.rows(worker: worker)
        let target = precision == .int8 ? memory.rows.base : operand
        let isBF16 = precision == .bf16
        time.forEachRun(in: tokens) { part, set in
            kernels.normalize(
                .rms, workspace.stream.floats(at: part.lowerBound * width), rows: part.count, channels: width,
                epsilon: configuration.normEpsilon,
                modulation: Modulation(
                    scale: time.block(block, set: set, row: shiftRow + 1),
                    shift: time.block(block, set: set, row: shiftRow),
                    stride: 0),
                into: target + (part.lowerBound - tokens.lowerBound) * width * (isBF16 ? 2 : 4), isBF16: isBF16)
        }
        if precision == .int8 {
            workspace.narrowOperands.fill(
                worker: worker, from: target, isBF16: false, rows: tokens.count, stride: width, kernels: kernels)
        }
    }

    private func linear(
        _ layer: PackedLinear, _ operands: OperandRows, worker: Int, rows: Int, epilogue: Epilogue
    ) {
        times.measure(.linear) {
            var epilogue = epilogue
            epilogue.bias = layer.bias
            kernels.linear(
                operands.rows(worker: worker), rows: rows, rowStride: operands.rowStride, matrix: layer.matrix,
                rowScales: operands.scales(worker: worker), epilogue: epilogue)
        }
    }

    private func prepareAttention(
        _ index: Int, _ evaluation: Evaluation, _ time: TimestepContext, _ workspace: TransformerWorkspace,
        _ tokens: Range<Int>, _ worker: Int, _ memory: TransformerWorkspace.WorkerMemory,
        replacement: AttentionPerturbation.Mode?
    ) {
        let width = configuration.width
        let elementBytes = attentionIsBF16 ? 2 : 4
        let layer = blocks[index].selfAttention
        let operands = workspace.narrowOperands
        modulate(tokens, time, block: index, shiftRow: 0, workspace, worker, memory)
        let first = tokens.lowerBound
        if replacement == .attentionValues {
            linear(
                layer.value, operands, worker: worker, rows: tokens.count,
                epilogue: Epilogue(
                    output: workspace.attended.base + first * width * elementBytes, stride: width,
                    isBF16: attentionIsBF16))
            return
        }
        if replacement == .attentionSkip {
            time.forEachRun(in: tokens) { part, set in
                kernels.normalize(
                    .rms, workspace.stream.floats(at: part.lowerBound * width), rows: part.count, channels: width,
                    epsilon: configuration.normEpsilon,
                    modulation: Modulation(
                        scale: time.block(index, set: set, row: 1), shift: time.block(index, set: set, row: 0),
                        stride: 0),
                    into: workspace.attended.base + part.lowerBound * width * elementBytes, isBF16: attentionIsBF16)
            }
            return
        }
        let fp32Rows = Epilogue(output: memory.rows.base, stride: width, isBF16: false)
        linear(layer.query, operands, worker: worker, rows: tokens.count, epilogue: fp32Rows)
        rotate(
            memory, layer.queryNorm, evaluation.rotary, tokens,
            into: workspace.queries.base + first * width * elementBytes)
        linear(layer.key, operands, worker: worker, rows: tokens.count, epilogue: fp32Rows)
        if workspace.keysValues.isQuantized {
            // The attention's result has no use for its place yet: keys wait there until their means are known.
            rotate(
                memory, layer.keyNorm, evaluation.rotary, tokens,
                into: workspace.attended.base + first * width * elementBytes)
        } else {
            rotate(memory, layer.keyNorm, evaluation.rotary, tokens, into: memory.queries.base)
            workspace.keysValues.storeKeys(memory.queries.base, first: first, rows: tokens.count)
        }
        let values =
            workspace.keysValues.isQuantized
            ? workspace.values.base + first * width * elementBytes : memory.queries.base
        linear(
            layer.value, operands, worker: worker, rows: tokens.count,
            epilogue: Epilogue(output: values, stride: width, isBF16: attentionIsBF16))
        if !workspace.keysValues.isQuantized {
            workspace.keysValues.storeValues(values, first: first, rows: tokens.count)
        }
    }

    /// Keys minus their means, and values, to int8, by head and block of keys.
    private func quantizeKeysValues(_ workspace: TransformerWorkspace, stop: StopFlag?) {
        let (width, count) = (configuration.width, workspace.tokenCount)
        let elementBytes = attentionIsBF16 ? 2 : 4
        // By columns, so that the order of the sums does not depend on the number of threads.
        let slice = 256
        parallel.forEach((width + slice - 1) / slice, stop: stop) { index, worker in
            let first = index * slice
            let columns = min(slice, width - first)
            let (means, row) = (workspace.keyMeans.floats(at: first), workspace.worker(worker).rows)
            for column in 0..<columns { means[column] = 0 }
            for token in 0..<count {
                kernels.convert(
                    workspace.attended.base + (token * width + first) * elementBytes, isBF16: attentionIsBF16,
                    to: row.base, isBF16: false, count: columns)
                kernels.addScaled(means, row.floats(), factor: 1 / Float(count), count: columns)
            }
        }
        let blocks = (count + Kernels.keyBlock - 1) / Kernels.keyBlock
        // SAFETY: the means are only read from here on.
        nonisolated(unsafe) let shared = UnsafePointer(workspace.keyMeans.floats())
        parallel.forEach(blocks * configuration.headCount, stop: stop) { task, _ in
            let (block, head) = (task / configuration.headCount, task % configuration.headCount)
            let first = block * Kernels.keyBlock
            for key in stride(from: first, to: min(count, first + Kernels.keyBlock), by: 64) {
                workspace.keysValues.storeQuantizedKeys(
                    workspace.attended.base, block: key / 64, head: head, means: shared, kernels: kernels)
            }
            workspace.keysValues.storeQuantizedValues(
                workspace.values.base, block: block, head: head, kernels: kernels)
        }
    }

    private func rotate(
        _ memory: TransformerWorkspace.WorkerMemory, _ weight: AlignedBuffer, _ rotary: RotaryRows,
        _ tokens: Range<Int>,
        into output: UnsafeMutableRawPointer
    ) {
        let width = configuration.width
        kernels.normalizeAndRotate(
            memory.rows.floats(), rows: tokens.count, channels: width, stride: width,
            epsilon: configuration.queryKeyNormEpsilon, weight: weight.floats(),
            cosines: rotary.cosines(tokens.lowerBound), sines: rotary.sines(tokens.lowerBound), into: output,
            outputStride: width, isBF16: attentionIsBF16)
    }

    /// Self-attention of all tokens, by head and block of queries.
    private func attend(_ index: Int, _ workspace: TransformerWorkspace, _ evaluation: Evaluation) {
        let (width, heads) = (configuration.width, configuration.headCount)
        let elementBytes = attentionIsBF16 ? 2 : 4
        let rows = Kernels.queryBlock
        let count = workspace.tokenCount
        let blockCount = (count + rows - 1) / rows
        let scale = 1 / Float(configuration.headWidth).squareRoot()
        parallel.forEach(heads * blockCount, stop: evaluation.stop) { task, worker in
            let (head, block) = (task / blockCount, task % blockCount)
            let offset = (block * rows * width + head * configuration.headWidth) * elementBytes
            let memory = workspace.worker(worker)
            var mask: UnsafePointer<UInt8>?
            var mass: UnsafeMutablePointer<Float>?
            switch evaluation.sparsity {
            case .none: break
            case .applied(let sparsity):
                mask = UnsafePointer(sparsity.mask(layer: index, head: head, queryBlock: block))
            case .measured(let sparsity):
                let floats = memory.mass.floats()
                for key in 0..<sparsity.keyBlockCount { floats[key] = 0 }
                mass = floats
            }
            times.measure(.attention) {
                kernels.attention(
                    queries: workspace.queries.base + offset, rows: min(rows, count - block * rows), rowStride: width,
                    keysValues: workspace.keysValues, keyCount: count, head: head, scale: scale,
                    output: workspace.attended.base + offset, scratch: memory.attentionScratch.base, blockMask: mask,
                    blockMass: mass)
            }
            if let mass, case .measured(let sparsity) = evaluation.sparsity {
                sparsity.choose(layer: index, head: head, queryBlock: block, mass: mass)
            }
        }
    }

    private func finishAttention(
        _ index: Int, _ time: TimestepContext, _ workspace: TransformerWorkspace, _ tokens: Range<Int>, _ worker: Int
    ) {
        let width = configuration.width
        let elementBytes = attentionIsBF16 ? 2 : 4
        time.forEachRun(in: tokens) { part, set in
            workspace.narrowOperands.fill(
                worker: worker, from: workspace.attended.base + part.lowerBound * width * elementBytes,
                isBF16: attentionIsBF16, rows: part.count, stride: width, kernels: kernels)
            linear(
                blocks[index].selfAttention.output, workspace.narrowOperands, worker: worker, rows: part.count,
                epilogue: Epilogue(
                    output: workspace.stream.floats(at: part.lowerBound * width), stride: width, isBF16: false,
                    gate: time.block(index, set: set, row: 2), accumulates: true))
        }
    }

    private func attendToPrompt(
        _ index: Int, _ prompt: PromptContext, _ workspace: TransformerWorkspace, _ tokens: Range<Int>, _ worker: Int,
        _ memory: TransformerWorkspace.WorkerMemory
    ) {
        let width = configuration.width
        let elementBytes = attentionIsBF16 ? 2 : 4
        let layer = blocks[index].crossAttention
        let operands = workspace.narrowOperands
        let stream = workspace.stream.floats(at: tokens.lowerBound * width)
        operands.fill(worker: worker, from: stream, isBF16: false, rows: tokens.count, stride: width, kernels: kernels)
        linear(
            layer.query, operands, worker: worker, rows: tokens.count,
            epilogue: Epilogue(output: memory.rows.base, stride: width, isBF16: false))
        kernels.normalizeAndRotate(
            memory.rows.floats(), rows: tokens.count, channels: width, stride: width,
            epsilon: configuration.queryKeyNormEpsilon, weight: layer.queryNorm.floats(), cosines: nil, sines: nil,
            into: memory.queries.base, outputStride: width, isBF16: attentionIsBF16)
        times.measure(.attention) {
            for head in 0..<configuration.headCount {
                let offset = head * configuration.headWidth * elementBytes
                kernels.attention(
                    queries: memory.queries.base + offset, rows: tokens.count, rowStride: width,
                    keysValues: prompt.keysValues[index], keyCount: prompt.keyCount, head: head,
                    scale: 1 / Float(configuration.headWidth).squareRoot(),
                    keyBias: prompt.keyBias.map { UnsafePointer($0.floats()) },
                    output: memory.attended.base + offset, scratch: memory.attentionScratch.base)
            }
        }
        operands.fill(
            worker: worker, from: memory.attended.base, isBF16: attentionIsBF16, rows: tokens.count, stride: width,
            kernels: kernels)
        linear(
            layer.output, operands, worker: worker, rows: tokens.count,
            epilogue: Epilogue(output: stream, stride: width, isBF16: false, accumulates: true))
    }

    private func feedForward(
        _ index: Int, _ time: TimestepContext, _ workspace: TransformerWorkspace, _ tokens: Range<Int>, _ worker: Int,
        _ memory: TransformerWorkspace.WorkerMemory
    ) {
        let width = configuration.width
        modulate(tokens, time, block: index, shiftRow: 3, workspace, worker, memory)
        widen(blocks[index].widen, workspace, tokens.count, worker, memory, stride: configuration.feedForwardWidth)
        time.forEachRun(in: tokens) { part, set in
            narrow(
                blocks[index].narrow, workspace, part, from: part.lowerBound - tokens.lowerBound, worker, memory,
                stride: configuration.feedForwardWidth,
                epilogue: Epilogue(
                    output: workspace.stream.floats(at: part.lowerBound * width), stride: width, isBF16: false,
                    gate: time.block(index, set: set, row: 5), accumulates: true))
        }
    }

    /// gelu(layer(narrow operand)) into the worker's hidden rows: bf16 where the CPU multiplies it, else fp32.
    private func widen(
        _ layer: PackedLinear, _ workspace: TransformerWorkspace, _ rows: Int, _ worker: Int,
        _ memory: TransformerWorkspace.WorkerMemory, stride: Int
    ) {
        linear(
            layer, workspace.narrowOperands, worker: worker, rows: rows,
            epilogue: Epilogue(
                output: memory.hidden.base, stride: stride, isBF16: attentionIsBF16, activation: .geluTanh))
    }

    private func narrow(
        _ layer: PackedLinear, _ workspace: TransformerWorkspace, _ tokens: Range<Int>, from firstRow: Int,
        _ worker: Int, _ memory: TransformerWorkspace.WorkerMemory, stride: Int, epilogue: Epilogue
    ) {
        let elementBytes = attentionIsBF16 ? 2 : 4
        let hidden = UnsafeRawPointer(memory.hidden.base + firstRow * stride * elementBytes)
        var epilogue = epilogue
        epilogue.bias = layer.bias
        if precision == .int8 {
            let operands = workspace.wideOperands(inputChannels: stride)
            operands.fill(
                worker: worker, from: hidden, isBF16: attentionIsBF16, rows: tokens.count, stride: stride,
                kernels: kernels)
            times.measure(.linear) {
                kernels.linear(
                    operands.rows(worker: worker), rows: tokens.count, rowStride: operands.rowStride,
                    matrix: layer.matrix,
                    rowScales: operands.scales(worker: worker), epilogue: epilogue)
            }
        } else {
            times.measure(.linear) {
                kernels.linear(
                    hidden, rows: tokens.count, rowStride: stride * elementBytes, matrix: layer.matrix,
                    epilogue: epilogue)
            }
        }
    }

    /// A fusion block: h + mlp(h), norm, injected features, modulation.
    private func fuse(
        _ index: Int, _ injected: InjectedFeatures, _ time: TimestepContext, _ workspace: TransformerWorkspace,
        _ tokens: Range<Int>, _ worker: Int, _ memory: TransformerWorkspace.WorkerMemory
    ) {
        let width = configuration.width
        let fusion = fusionBlocks[index]
        let hiddenWidth = fusion.widen.matrix.outputChannels
        let stream = workspace.stream.floats(at: tokens.lowerBound * width)
        workspace.narrowOperands.fill(
            worker: worker, from: stream, isBF16: false, rows: tokens.count, stride: width, kernels: kernels)
        widen(fusion.widen, workspace, tokens.count, worker, memory, stride: hiddenWidth)
        narrow(
            fusion.narrow, workspace, tokens, from: 0, worker, memory, stride: hiddenWidth,
            epilogue: Epilogue(output: stream, stride: width, isBF16: false, accumulates: true))
        time.forEachRun(in: tokens) { part, set in
            kernels.fuse(
                workspace.stream.floats(at: part.lowerBound * width), rows: part.count, channels: width,
                epsilon: ExecutorFusionBlock.epsilon, weight: fusion.gain.floats(),
                injected: injected.rows(part.lowerBound), injectedIsBF16: injected.isBF16,
                modulation: Modulation(
                    scale: time.fusion(index, set: set, row: 0), shift: time.fusion(index, set: set, row: 1), stride: 0)
            )
        }
    }
}
