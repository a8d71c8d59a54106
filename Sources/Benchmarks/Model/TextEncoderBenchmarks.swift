import Kernels
import Models

/// A prompt through the text encoder, opened for it as a job opens it.
enum TextEncoderBenchmarks {
    private static let name = "text-encoder"

    static let cases = [
        BenchmarkCase(
            name, "a prompt of 64 tokens, the encoder's weights read from their file",
            precisions: .chosenOf([.fp32, .bf16])
        ) { context, precision in [try run(context, precision)] }
    ]

    private static func run(_ context: BenchmarkContext, _ precision: Precision) throws -> Measurement {
        let count = 64
        let model = try context.model()
        let configuration = try model.textEncoder(precision, context).configuration
        let ids = (0..<count).map { ($0 * 7 + 3) % configuration.vocabularyCount }
        let (n, attention) = (Double(count), Double(configuration.attentionWidth))
        let layer =
            2 * n * Double(configuration.width) * (4 * attention + 3 * Double(configuration.feedForwardWidth))
            + 4 * n * n * attention
        var result = try context.measure(name, precision, operations: Double(configuration.layerCount) * layer) {
            _ = try model.textEncoder(precision, context).encode(ids: [ids])
        }
        result.details["tokens"] = n
        return result
    }
}
