import Generation
package import Models

/// A published architecture with random weights.
package struct SyntheticOptions: Sendable {
    /// The one that is known: 2 billion parameters.
    package static let names = ["ltxv-2b"]

    package var name: String
    /// Token counts at which a step is measured.
    package var tokens = [640, 1320, 3570, 14400]
    /// Blocks that are built and measured, at least two; a step of all of them is computed from their time.
    package var layers = 2
    /// Token count at which one block alone is run, with int8 unless another precision is chosen.
    package var blockTokens: Int?
    /// Token counts that the fit is extended to.
    package var extrapolated = [25200, 57600]
    /// The whole architecture.
    package var configuration: VideoTransformerConfiguration
    /// How many blocks the published model has.
    package var layerCount: Int { configuration.layerCount }

    /// - Throws: ``GenerationError/badValue(_:)`` for a name that is not known.
    package init(name: String) throws {
        guard Self.names.contains(name) else {
            throw GenerationError.badValue(
                "There is no published size \"\(name)\"; --synthetic takes \(Self.names.joined(separator: ", ")).")
        }
        self.name = name
        configuration = VideoTransformerConfiguration(
            layerCount: 28, headCount: 32, headWidth: 64, inputChannels: 128, outputChannels: 128,
            captionChannels: 4096)
    }
}
