package import Diffusion

/// The shapes that are measured.
package struct BenchmarkSizes: Sendable {
    package struct Product: Sendable {
        package var rows: Int
        package var inputs: Int
        package var outputs: Int
    }

    package struct Attention: Sendable {
        package var tokens: Int
        package var heads: Int
        package var headSize: Int
        /// Keys of a cross attention; nil: attention among the tokens.
        package var keys: Int?
    }

    package struct Rows: Sendable {
        package var count: Int
        package var channels: Int
    }

    package struct Convolution: Sendable {
        package var inputs: Int
        package var outputs: Int
        package var rows: Int
        package var columns: Int
    }

    package var products: [Product]
    package var attentions: [Attention]
    package var rows: [Rows]
    package var convolutions: [Convolution]
    /// The bundled model's draft and commit.
    package var lowGrid: LatentGrid
    package var highGrid: LatentGrid
    /// Words that the cross attention reads.
    package var promptTokens: Int
    /// Seconds of one sample of the peak.
    package var peakSeconds: Double

    /// The published 2-billion model's layers and the bundled model's, in the sizes of a draft and of a 2K commit.
    package static let full = BenchmarkSizes(
        products: [
            Product(rows: 2304, inputs: 2048, outputs: 8192), Product(rows: 576, inputs: 192, outputs: 768),
            Product(rows: 14400, inputs: 192, outputs: 192),
        ],
        attentions: [
            Attention(tokens: 8192, heads: 32, headSize: 64), Attention(tokens: 14400, heads: 3, headSize: 64),
            Attention(tokens: 2304, heads: 32, headSize: 64, keys: 128),
            Attention(tokens: 14400, heads: 3, headSize: 64, keys: 128),
        ],
        rows: [Rows(count: 2304, channels: 2048), Rows(count: 14400, channels: 192)],
        convolutions: [
            Convolution(inputs: 32, outputs: 32, rows: 360, columns: 640),
            Convolution(inputs: 128, outputs: 128, rows: 90, columns: 160),
        ],
        lowGrid: LatentGrid(frames: 4, height: 9, width: 16), highGrid: LatentGrid(frames: 4, height: 45, width: 80),
        promptTokens: 128, peakSeconds: 0.1)

    /// Shapes that take milliseconds: they show that everything runs, their times mean nothing.
    package static let tiny = BenchmarkSizes(
        products: [Product(rows: 7, inputs: 64, outputs: 48)],
        attentions: [
            Attention(tokens: 33, heads: 2, headSize: 32),
            Attention(tokens: 33, heads: 2, headSize: 32, keys: 8),
        ],
        rows: [Rows(count: 5, channels: 64)],
        convolutions: [Convolution(inputs: 16, outputs: 16, rows: 6, columns: 10)],
        lowGrid: LatentGrid(frames: 2, height: 2, width: 2), highGrid: LatentGrid(frames: 2, height: 3, width: 4),
        promptTokens: 4, peakSeconds: 0.002)
}
