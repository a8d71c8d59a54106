import Models
import Tensors
import TestSupport
import Testing

@Suite("The autoencoder's promises")
struct VideoAutoencoderTests {
    /// An autoencoder without stages: two convolutions on each side.
    private func configuration(_ padding: SpatialPadding, isCausal: Bool = false) throws
        -> VideoAutoencoderConfiguration
    {
        try VideoAutoencoderConfiguration(
            json: """
                {"latent_channels": 3, "encoder_base_channels": 4, "decoder_base_channels": 4, "patch_size": 1, \
                "encoder_blocks": [], "decoder_blocks": [], "spatial_padding_mode": "\(padding.rawValue)", \
                "causal_decoder": \(isCausal)}
                """)
    }

    /// Where index `i` of a padded axis of `length` comes from.
    private func source(_ index: Int, length: Int, _ padding: SpatialPadding) -> Int {
        switch padding {
        case .replicate: min(max(index - 1, 0), length - 1)
        case .circular: (index - 1 + length) % length
        case .reflect: index == 0 ? 1 : index == length + 1 ? length - 2 : index - 1
        case .zeros: index - 1
        }
    }

    private func extended(_ x: Tensor, axis: Int, _ padding: SpatialPadding) -> Tensor {
        let length = x.shape[axis]
        let lines = (0..<length + 2).map { index in
            let line = source(index, length: length, padding)
            return x.sliced(axis: axis, line..<line + 1)
        }
        return Tensor.concatenated(lines, axis: axis)
    }

    @Test("padding is what the mode says", arguments: [SpatialPadding.reflect, .replicate, .circular])
    func padding(mode: SpatialPadding) throws {
        let shapes = try configuration(mode).expectedWeights
        var weights = randomWeights(shapes, seed: 4)
        // Only the first convolution looks around: of the second, the centre of the kernel is left.
        let name = "decoder.conv_out.conv.weight"
        let shape = try #require(shapes[name])
        let centre = (0..<shape.reduce(1, *)).map { $0 % 27 == 13 ? Float($0) * 0.01 : 0 }
        weights[name] = Tensor(centre, shape: shape)
        let scope = WeightScope(weights)
        let x = randomTensor([1, 3, 2, 3, 4], seed: 6)
        let padded = try VideoDecoderGraph(configuration(mode), weights: scope)(x)
        let surrounded = extended(extended(x, axis: 3, mode), axis: 4, mode)
        let reference = try VideoDecoderGraph(configuration(.zeros), weights: scope)(surrounded)
            .sliced(axis: 3, 1..<4).sliced(axis: 4, 1..<5)
        expectClose(padded, reference, tolerance: 1e-6)
    }

    @Test("a causal decoder does not see later frames, the other does", arguments: [true, false])
    func causality(isCausal: Bool) throws {
        let configuration = try configuration(.zeros, isCausal: isCausal)
        let decoder = try VideoDecoderGraph(
            configuration, weights: WeightScope(randomWeights(configuration.expectedWeights, seed: 8)))
        let first = randomTensor([1, 3, 3, 4, 4], seed: 1)
        let second = Tensor.concatenated(
            [first.sliced(axis: 2, 0..<2), randomTensor([1, 3, 1, 4, 4], seed: 2)], axis: 2)
        let frames = [first, second].map { decoder($0).sliced(axis: 2, 0..<2).values }
        #expect((frames[0] == frames[1]) == isCausal)
    }
}

@Suite("Tiled decoding")
struct TiledDecodingTests {
    private static let factor = 8

    /// A decoder whose frames carry their own number, with a wrong one in every tile's first frame as real ones have.
    private func decode(_ latents: Tensor) -> Tensor {
        let numbers = latents.values
        var frames = [numbers[0] * Float(Self.factor) - 100]
        for number in numbers.dropFirst() {
            frames += (0..<Self.factor).map { (number - 1) * Float(Self.factor) + Float($0 + 1) }
        }
        return Tensor(frames, shape: [1, 1, frames.count, 1, 1])
    }

    private func numbers(_ frameCount: Int, seam: TiledDecoding.Seam) -> [Float] {
        let tiling = TiledDecoding(
            frames: TiledDecoding.Extent(tile: 32, stride: 16), seam: seam, spatialFactor: 1,
            temporalFactor: Self.factor)
        let latents = Tensor((0..<frameCount).map(Float.init), shape: [1, 1, frameCount, 1, 1])
        return tiling(latents, decode: decode).values
    }

    @Test("dropping first frames keeps every frame in its place", arguments: 1...14)
    func framesInStep(frameCount: Int) {
        let expected = (0..<(frameCount - 1) * Self.factor + 1).map { $0 == 0 ? -100 : Float($0) }
        expectClose(numbers(frameCount, seam: .droppingFirstFrame), expected, tolerance: 1e-6)
    }

    @Test("dropping last frames lags by one", arguments: [8, 11])
    func framesBehind(frameCount: Int) {
        let found = numbers(frameCount, seam: .droppingLastFrame)
        // Behind the first seam's blend of 16 frames every frame is the one before.
        #expect(found[33] == 32 && found[40] == 39)
    }

    @Test("tiles of a decoder that sees one position are seamless", arguments: [(5, 7), (8, 8), (3, 20)])
    func seamless(rows: Int, columns: Int) {
        let latents = randomTensor([1, 2, 3, rows, columns], seed: 3)
        let tiling = TiledDecoding(
            rows: TiledDecoding.Extent(tile: 8, stride: 6), columns: TiledDecoding.Extent(tile: 10, stride: 4),
            spatialFactor: 2, temporalFactor: 1)
        var calls = 0
        let pixels = tiling(latents) { tile in
            calls += 1
            #expect(tile.shape[3] <= 4 && tile.shape[4] <= 5)
            let (height, width) = (tile.shape[3], tile.shape[4])
            return tile.reshaped([1, 2, 3, height, 1, width, 1]).repeated(2, axis: 4).repeated(2, axis: 6)
                .reshaped([1, 2, 3, 2 * height, 2 * width])
        }
        let whole = latents.reshaped([1, 2, 3, rows, 1, columns, 1]).repeated(2, axis: 4).repeated(2, axis: 6)
            .reshaped([1, 2, 3, 2 * rows, 2 * columns])
        expectClose(pixels, whole, tolerance: 1e-6)
        #expect(calls > 1)
    }
}
