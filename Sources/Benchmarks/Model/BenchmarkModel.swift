import Foundation
import Generation
import Kernels
import Models
import WeightFiles

/// The parts of an installed model, packed anew for each figure.
struct BenchmarkModel: Sendable {
    private let installed: InstalledModel

    init(_ installed: InstalledModel) { self.installed = installed }

    func transformer(_ precision: Precision, _ context: BenchmarkContext) throws -> VideoTransformerExecutor {
        let checkpoint = try Checkpoint.load(.transformer, from: installed.transformer.path)
        return try VideoTransformerExecutor(
            checkpoint, configuration: VideoTransformerConfiguration(checkpoint.config), precision: precision,
            kernels: context.kernels, parallel: context.parallel)
    }

    /// The transformer of the commit; nil for a model without one.
    func highResolution(_ precision: Precision, _ context: BenchmarkContext) throws -> VideoTransformerExecutor? {
        guard let file = installed.highResolution else { return nil }
        let checkpoint = try Checkpoint.load(.transformer, from: file.path)
        return try VideoTransformerExecutor(
            checkpoint, configuration: VideoTransformerConfiguration(checkpoint.config),
            turbo2k: checkpoint.fileConfig["turbo2k"].map { try Turbo2KConfiguration($0) }, precision: precision,
            kernels: context.kernels, parallel: context.parallel)
    }

    func decoder(_ precision: Precision, _ context: BenchmarkContext) throws -> VideoDecoderExecutor {
        let checkpoint = try Checkpoint.load(.videoAutoencoder, from: installed.videoAutoencoder.path)
        return try VideoDecoderExecutor(
            checkpoint, configuration: VideoAutoencoderConfiguration(checkpoint.config), precision: precision,
            kernels: context.kernels, parallel: context.parallel)
    }

    /// - Throws: ``GenerationError/badModel(_:)`` for a model without a text encoder.
    func textEncoder(_ precision: Precision, _ context: BenchmarkContext) throws -> T5Encoder {
        guard let folder = installed.textEncoder else {
            throw GenerationError.badModel("The model \(installed.name) has no text encoder to measure.")
        }
        return try T5Encoder(
            try Checkpoint.load(.textEncoder, from: folder.path), precision: precision, residency: .streamed,
            parallel: context.parallel, kernels: context.kernels)
    }
}
