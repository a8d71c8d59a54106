import Diffusion
import Foundation
import Models
import WeightFiles

/// The checkpoints and configurations of a model: headers only, no weights in memory.
struct ModelShapes {
    let model: InstalledModel
    let transformer: Checkpoint
    let transformerConfiguration: VideoTransformerConfiguration
    let highResolution: Checkpoint?
    let turbo2k: Turbo2KConfiguration?
    let highResolutionConfiguration: VideoTransformerConfiguration?
    let autoencoder: Checkpoint
    let autoencoderConfiguration: VideoAutoencoderConfiguration
    let textEncoder: Checkpoint?
    let textConfiguration: TextEncoderConfiguration?
    let schedule: ScheduleConfiguration
    /// The HR stage's own, else the draft's.
    let highResolutionSchedule: ScheduleConfiguration
    /// Whether the first latent frame stands for one pixel frame in the coordinates.
    let isCausal: Bool

    init(_ model: InstalledModel) throws {
        self.model = model
        transformer = try Checkpoint.load(.transformer, from: model.transformer.path)
        transformerConfiguration = try VideoTransformerConfiguration(transformer.config)
        highResolution = try model.highResolution.map { try Checkpoint.load(.transformer, from: $0.path) }
        turbo2k = try highResolution?.fileConfig["turbo2k"].map { try Turbo2KConfiguration($0) }
        highResolutionConfiguration = try highResolution.map { try VideoTransformerConfiguration($0.config) }
        autoencoder = try Checkpoint.load(.videoAutoencoder, from: model.videoAutoencoder.path)
        autoencoderConfiguration = try VideoAutoencoderConfiguration(autoencoder.config)
        textEncoder = try model.textEncoder.map { try Checkpoint.load(.textEncoder, from: $0.path) }
        textConfiguration = try textEncoder.map { try TextEncoderConfiguration($0.config) }
        let schedule = try Self.schedule(transformer, folder: model.folder)
        self.schedule = schedule
        highResolutionSchedule =
            try highResolution.flatMap { $0.fileConfig["scheduler"] == nil ? nil : $0 }
            .map { try Self.schedule($0, folder: model.folder) } ?? schedule
        isCausal = transformerConfiguration.causalTemporalPositioning ?? false
        try checkParts()
    }

    /// Parts from several sources must fit each other: each may be sound alone.
    private func checkParts() throws {
        let draft = transformerConfiguration
        try require(
            draft.inputChannels == autoencoderConfiguration.latentChannels
                && draft.outputChannels == draft.inputChannels,
            "the transformer has \(draft.inputChannels) latent channels in and \(draft.outputChannels) out, the video"
                + " autoencoder \(autoencoderConfiguration.latentChannels)")
        if let text = textConfiguration {
            try require(
                text.width == draft.captionChannels,
                "the transformer reads text states of width \(draft.captionChannels), and the text encoder's have"
                    + " \(text.width)")
        }
        guard let high = highResolutionConfiguration else { return }
        try require(
            high.inputChannels == draft.inputChannels && high.outputChannels == draft.outputChannels
                && high.captionChannels == draft.captionChannels,
            "the HR transformer has other latent or text channels than the draft's")
        guard let turbo2k else { return }
        try require(
            high.width == draft.width && turbo2k.guidanceBlocks.allSatisfy((0..<draft.layerCount).contains),
            "the HR transformer is guided by blocks that the draft's transformer does not have")
    }

    private func require(_ condition: Bool, _ reason: String) throws {
        guard condition else {
            throw GenerationError.badModel(
                "The parts of the model \(model.name.printable) do not belong together: \(reason). Use parts of one model."
            )
        }
    }

    private static func schedule(_ checkpoint: Checkpoint, folder: URL) throws -> ScheduleConfiguration {
        if let scheduler = checkpoint.fileConfig["scheduler"] {
            return try JSONDecoder().decode(ScheduleConfiguration.self, from: Data(scheduler.description.utf8))
        }
        let file = folder.appending(path: "scheduler/scheduler_config.json")
        guard ModelFolder.exists(file), let data = try? Data(contentsOf: file) else { return ScheduleConfiguration() }
        let dynamic = try JSONDecoder().decode(DiffusersScheduleConfiguration.self, from: data)
        return ScheduleConfiguration(
            shift: dynamic.isDynamic ? ScheduleShift.sd3 : ScheduleShift.none,
            terminal: dynamic.isDynamic ? dynamic.terminal.map { Float($0) } : nil)
    }

    /// - Throws: ``WeightError`` that names every offending tensor of a part.
    func verify() throws {
        try transformer.verify(expected: transformerConfiguration.expectedWeights())
        if let highResolution, let highResolutionConfiguration {
            try highResolution.verify(expected: highResolutionConfiguration.expectedWeights(turbo2k: turbo2k))
        }
        try autoencoder.verify(
            expected: autoencoderConfiguration.expectedStatistics.merging(
                autoencoderConfiguration.expectedDecoderWeights
            ) { $1 },
            optional: autoencoderConfiguration.expectedEncoderWeights,
            ignored: VideoAutoencoderConfiguration.unusedStatistics.contains)
        if let textEncoder, let textConfiguration {
            try textEncoder.verify(expected: textConfiguration.expectedWeights(), ignored: T5Encoder.isUnused)
        }
    }
}

/// What `models inspect` shows.
package struct ModelDescription: Sendable, Codable {
    package struct Part: Sendable, Codable {
        package var name: String
        package var file: String
        package var parameters: Int
        package var bytes: Int
        package var summary: String
    }

    package var name: String
    package var folder: String
    package var isBundled: Bool
    package var parts: [Part]

    init(_ shapes: ModelShapes) {
        name = shapes.model.name
        folder = shapes.model.folder.path
        isBundled = shapes.model.isBundled
        func part(_ name: String, _ file: URL, _ checkpoint: Checkpoint, _ summary: String) -> Part {
            Part(
                name: name, file: file.path,
                parameters: checkpoint.names.reduce(0) { $0 + (checkpoint.info($1)?.count ?? 0) },
                bytes: checkpoint.byteCount, summary: summary)
        }
        let c = shapes.transformerConfiguration
        parts = [
            part(
                "transformer", shapes.model.transformer, shapes.transformer,
                "\(c.layerCount) blocks, width \(c.width), \(c.headCount) heads, \(c.inputChannels) latent channels")
        ]
        if let file = shapes.model.highResolution, let checkpoint = shapes.highResolution {
            let blocks = shapes.turbo2k?.guidanceBlocks.map(String.init).joined(separator: " ") ?? "none"
            parts.append(part("HR transformer", file, checkpoint, "guided after blocks \(blocks)"))
        }
        let v = shapes.autoencoderConfiguration
        parts.append(
            part(
                "video autoencoder", shapes.model.videoAutoencoder, shapes.autoencoder,
                "\(v.latentChannels) channels, \(v.spatialFactor)x\(v.spatialFactor)x\(v.temporalFactor) compression"))
        if let file = shapes.model.textEncoder, let checkpoint = shapes.textEncoder, let t = shapes.textConfiguration {
            parts.append(part("text encoder", file, checkpoint, "T5, \(t.layerCount) layers, width \(t.width)"))
        }
    }
}
