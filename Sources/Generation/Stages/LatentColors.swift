import Diffusion
import Foundation
import Tensors
import VideoIO
import WeightFiles

/// A linear map from a latent cell to a block of 8x8 pixels, fitted against the decoder: shows the estimate of every step at
/// the price of a small matrix product.
struct LatentColors: Sendable {
    /// Pixels along a side of a cell's block.
    static let blockSize = 8
    static let outputs = blockSize * blockSize * 3
    /// Widest picture.
    private static let widthLimit = 640

    let channels: Int
    /// `[channels + 1, outputs]`, the last row the constant; colours in 0...255.
    let weights: [Float]

    /// Nil unless the weights fit the channels and are numbers.
    init?(channels: Int, weights: [Float]) {
        guard weights.count == (channels + 1) * Self.outputs, weights.allSatisfy(\.isFinite) else { return nil }
        self.channels = channels
        self.weights = weights
    }

    /// One picture for each latent frame.
    ///
    /// `latent`: normalised tokens, `[tokens, channels]`.
    func frames(_ latent: [Float], grid: LatentGrid) -> [VideoFrame] {
        guard latent.count == grid.tokenCount * channels else { return [] }
        let cells = grid.height * grid.width
        let block = max(1, min(Self.blockSize, Self.widthLimit / grid.width))
        let width = grid.width * block
        return (0..<grid.frames).map { frame in
            let pixels = [UInt8](unsafeUninitializedCapacity: cells * block * block * 3) { pixels, count in
                var colors = [Float](repeating: 0, count: Self.outputs)
                for cell in 0..<cells {
                    mix(latent, token: frame * cells + cell, into: &colors)
                    let (y0, x0) = (cell / grid.width * block, cell % grid.width * block)
                    for y in 0..<block {
                        for x in 0..<block {
                            let source = (y * Self.blockSize / block * Self.blockSize + x * Self.blockSize / block) * 3
                            let target = ((y0 + y) * width + x0 + x) * 3
                            for color in 0..<3 { pixels[target + color] = Self.byte(colors[source + color]) }
                        }
                    }
                }
                count = cells * block * block * 3
            }
            return VideoFrame(width: width, height: grid.height * block, pixels: pixels)
        }
    }

    /// The colours of one token's block.
    private func mix(_ latent: [Float], token: Int, into colors: inout [Float]) {
        colors.withUnsafeMutableBufferPointer { colors in
            weights.withUnsafeBufferPointer { weights in
                for output in 0..<Self.outputs { colors[output] = weights[channels * Self.outputs + output] }
                for channel in 0..<channels {
                    let value = latent[token * channels + channel]
                    let row = channel * Self.outputs
                    for output in 0..<Self.outputs { colors[output] += value * weights[row + output] }
                }
            }
        }
    }

    /// The order of `max` sends a NaN to 0.
    private static func byte(_ value: Float) -> UInt8 { UInt8(min(255, max(0, value))) }
}

/// Fitted maps, kept by the weights they belong to. What cannot be read or written is done without.
struct LatentColorStore {
    private let file: URL?
    private let folder: URL?

    /// `key`: the weights' digest, of all of them: a job knows it anyway. The decoder's own would take one more pass over a
    /// file of gigabytes, and with other weights a draft or two teach a new map.
    init(cache: URL?, key: String) {
        folder = cache?.appending(path: "latent-colors")
        file = folder?.appending(path: "\(key).safetensors")
    }

    /// Clips after which the map stays as it is.
    private static let enoughClips = 12

    func load() -> LatentColors? {
        guard let file, let stored = try? SafetensorsFile(path: file.path), let weights = try? stored.tensor("weights"),
            weights.shape.count == 2
        else { return nil }
        return LatentColors(channels: weights.shape[0] - 1, weights: weights.values)
    }

    /// Adds a decoded clip to what the map is fitted to.
    func learn(_ latent: [Float], grid: LatentGrid, frames: [VideoFrame], framesPerLatent: Int) {
        guard let folder, let file else { return }
        let channels = latent.count / grid.tokenCount
        var fit = stored(channels: channels) ?? LatentColorFit(channels: channels)
        guard fit.clipCount < Self.enoughClips else { return }
        fit.add(latent, grid: grid, frames: frames, framesPerLatent: framesPerLatent)
        guard let colors = fit.solved() else { return }
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? SafetensorsWriter.write(
            [
                .init("weights", Tensor(colors.weights, shape: [channels + 1, LatentColors.outputs])),
                .init("normal", dtype: .float64, shape: [fit.normal.count], bytes: Self.bytes(fit.normal)),
                .init("right", dtype: .float64, shape: [fit.right.count], bytes: Self.bytes(fit.right)),
            ], metadata: ["clips": String(fit.clipCount), "cells": String(fit.cellCount)], to: file.path)
    }

    private func stored(channels: Int) -> LatentColorFit? {
        guard let file, let stored = try? SafetensorsFile(path: file.path),
            let clips = stored.metadata["clips"].flatMap(Int.init),
            let cells = stored.metadata["cells"].flatMap(Int.init),
            let normal = Self.doubles(stored, "normal"), let right = Self.doubles(stored, "right")
        else { return nil }
        return LatentColorFit(channels: channels, clipCount: clips, cellCount: cells, normal: normal, right: right)
    }

    private static func bytes(_ values: [Double]) -> [UInt8] { values.withUnsafeBytes { [UInt8]($0) } }

    private static func doubles(_ file: SafetensorsFile, _ name: String) -> [Double]? {
        guard let raw = try? file.raw(name), raw.dtype == .float64 else { return nil }
        return raw.withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
        }
    }
}
