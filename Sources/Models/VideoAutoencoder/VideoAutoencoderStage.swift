/// One step of the encoder or decoder with its widths worked out: what a block of the config means at its place.
package enum VideoAutoencoderStage: Sendable, Equatable {
    /// `res_blocks.{k}` of one width; `isTimeConditioned` stages own a `time_embedder`.
    case residual(channels: Int, layerCount: Int, isTimeConditioned: Bool, injectsNoise: Bool)
    /// One residual block with a 1x1x1 shortcut where the widths differ.
    case widening(from: Int, to: Int, injectsNoise: Bool)
    /// Encoder: a causal convolution with a stride.
    case strided(channels: Int, steps: AxisSteps)
    /// Encoder: convolution, space-to-depth, and the averaged space-to-depth of the input.
    case spaceToDepth(from: Int, to: Int, steps: AxisSteps)
    /// Decoder: convolution, depth-to-space, and with `hasShortcut` the repeated depth-to-space of the input.
    case depthToSpace(from: Int, to: Int, steps: AxisSteps, hasShortcut: Bool)

    package var outputChannels: Int {
        switch self {
        case .residual(let channels, _, _, _), .strided(let channels, _): channels
        case .widening(_, let channels, _), .spaceToDepth(_, let channels, _), .depthToSpace(_, let channels, _, _):
            channels
        }
    }
}

extension VideoAutoencoderConfiguration {
    /// The encoder's `down_blocks` in the order of the checkpoint, which is the order in which they run.
    package var encoderStages: [VideoAutoencoderStage] {
        var channels = encoderBaseChannels
        return encoderBlocks.map { block in
            let input = channels
            switch block.kind {
            case .residual:
                return .residual(
                    channels: input, layerCount: block.layerCount, isTimeConditioned: false, injectsNoise: false)
            case .widening:
                channels *= block.multiplier ?? 2
                return .widening(from: input, to: channels, injectsNoise: false)
            case .compress(let steps):
                return .strided(channels: input, steps: steps)
            case .compressWithShortcut(let steps):
                channels *= block.multiplier ?? 2
                return .spaceToDepth(from: input, to: channels, steps: steps)
            }
        }
    }

    /// The decoder's `up_blocks` in the order of the checkpoint, which is the order in which they run.
    package var decoderStages: [VideoAutoencoderStage] {
        var channels = decoderInputChannels
        return decoderBlocks.reversed().map { block in
            let input = channels
            switch block.kind {
            case .residual:
                return .residual(
                    channels: input, layerCount: block.layerCount, isTimeConditioned: hasTimestepConditioning,
                    injectsNoise: block.injectsNoise)
            case .widening:
                channels /= block.multiplier ?? 2
                return .widening(from: input, to: channels, injectsNoise: block.injectsNoise)
            case .compress(let steps), .compressWithShortcut(let steps):
                channels /= block.multiplier ?? 1
                return .depthToSpace(from: input, to: channels, steps: steps, hasShortcut: block.hasShortcut)
            }
        }
    }

    /// Width after the decoder's first convolution.
    package var decoderInputChannels: Int {
        decoderBlocks.reduce(decoderBaseChannels) { channels, block in
            switch block.kind {
            case .residual: channels
            case .widening: channels * (block.multiplier ?? 2)
            case .compress, .compressWithShortcut: channels * (block.multiplier ?? 1)
            }
        }
    }

    /// Width before the encoder's last convolution.
    package var encoderOutputChannels: Int { encoderStages.last?.outputChannels ?? encoderBaseChannels }

    /// Channels of a patch: what the first convolution sees and the last one makes.
    package var patchChannels: Int { pixelChannels * patchSize * patchSize }

    /// Pixel rows (and columns) for each latent row: 32 in published models.
    package var spatialFactor: Int { patchSize * encoderSteps.reduce(1) { $0 * $1.rows } }

    /// Pixel frames for each latent frame after the first: 8 in published models.
    package var temporalFactor: Int { encoderSteps.reduce(1) { $0 * $1.time } }

    private var encoderSteps: [AxisSteps] { Self.steps(encoderBlocks) }

    private static func steps(_ blocks: [VideoAutoencoderBlock]) -> [AxisSteps] {
        blocks.compactMap { block in
            switch block.kind {
            case .compress(let steps), .compressWithShortcut(let steps): steps
            case .residual, .widening: nil
            }
        }
    }

    /// Checks what the stages take for granted: widths that divide evenly, and two halves that undo each other.
    func validate() throws(ModelError) {
        let counts = [
            ("latent_channels", latentChannels), ("in_channels", pixelChannels), ("patch_size", patchSize),
            ("encoder_base_channels", encoderBaseChannels), ("decoder_base_channels", decoderBaseChannels),
        ]
        for (key, count) in counts {
            try ConfigurationReader.requirePositive(count, key: key, component: Self.component)
        }
        for stage in encoderStages {
            guard case .spaceToDepth(let input, let output, let steps) = stage else { continue }
            guard output.isMultiple(of: steps.product), (input * steps.product).isMultiple(of: output) else {
                throw unevenWidths("encoder_blocks", from: input, to: output, steps: steps)
            }
        }
        for stage in decoderStages {
            guard case .depthToSpace(let input, let output, let steps, let hasShortcut) = stage else { continue }
            let repeats =
                hasShortcut
                ? input.isMultiple(of: steps.product) && (output * steps.product).isMultiple(of: input) : true
            guard repeats else {
                throw unevenWidths("decoder_blocks", from: input, to: output, steps: steps)
            }
        }
        try checkDecoderKindsAndFactors()
    }

    private func checkDecoderKindsAndFactors() throws(ModelError) {
        for block in decoderBlocks {
            guard case .compressWithShortcut = block.kind else { continue }
            throw .unsupportedSetting(
                component: Self.component, key: "decoder_blocks", value: "compress_*_res",
                supported: "compress_all, compress_space or compress_time, with \"residual\" where needed")
        }
        let encoder = Self.steps(encoderBlocks).reduce(AxisSteps(time: 1, rows: 1, columns: 1), AxisSteps.combine)
        let decoder = Self.steps(decoderBlocks).reduce(AxisSteps(time: 1, rows: 1, columns: 1), AxisSteps.combine)
        guard encoder == decoder else {
            throw .unsupportedSetting(
                component: Self.component, key: "decoder_blocks", value: "an expansion by \(decoder.text)",
                supported: "the encoder's compression by \(encoder.text)")
        }
    }

    private func unevenWidths(_ key: String, from input: Int, to output: Int, steps: AxisSteps) -> ModelError {
        .unsupportedSetting(
            component: Self.component, key: key, value: "\(input) to \(output) channels by \(steps.text)",
            supported: "widths that divide evenly")
    }
}

extension AxisSteps {
    fileprivate static func combine(_ first: AxisSteps, _ second: AxisSteps) -> AxisSteps {
        AxisSteps(
            time: first.time * second.time, rows: first.rows * second.rows, columns: first.columns * second.columns)
    }

    fileprivate var text: String { "\(time) x \(rows) x \(columns)" }
}
