import Diffusion
import Foundation
import VideoIO

/// A linear map from a latent cell to a block of 8x8 pixels, fitted against the decoder: shows the estimate of every step at
/// the price of a small matrix product.
struct LatentColors: Codable, Sendable {
    /// Pixels along a side of a cell's block.
    static let blockSize = 8
    static let outputs = blockSize * blockSize * 3
    let channels: Int
    /// `[outputs, channels + 1]`, the last column the constant; colours in 0...255.
    let weights: [Float]

    /// Least squares over all cells of a decoded clip. Nil if the clip has too few cells to decide.
    ///
    /// - Parameters:
    ///   - latent: normalised tokens, `[tokens, channels]`.
    ///   - frames: the decoded clip; frame 0 belongs to latent frame 0, frames 8k-7 ... 8k to latent frame k.
    init?(latent: [Float], grid: LatentGrid, frames: [VideoFrame]) {
        let channels = latent.count / grid.tokenCount
        let size = channels + 1
        guard grid.tokenCount > 2 * size else { return nil }
        let blockWidth = grid.width * Self.blockSize
        let blockHeight = grid.height * Self.blockSize
        var normal = [Double](repeating: 0, count: size * size)
        var right = [Double](repeating: 0, count: size * Self.outputs)
        var row = [Double](repeating: 1, count: size)
        for frame in 0..<grid.frames {
            let index = min(max(0, 8 * frame - 3), frames.count - 1)
            guard index >= 0 else { return nil }
            let picture = frames[index].resized(toWidth: blockWidth, height: blockHeight)
            for cell in 0..<grid.height * grid.width {
                let token = (frame * grid.height * grid.width + cell) * channels
                for channel in 0..<channels { row[channel] = Double(latent[token + channel]) }
                let (y0, x0) = (cell / grid.width * Self.blockSize, cell % grid.width * Self.blockSize)
                for a in 0..<size {
                    for b in 0...a { normal[a * size + b] += row[a] * row[b] }
                }
                var output = 0
                for y in 0..<Self.blockSize {
                    for x in 0..<Self.blockSize * 3 {
                        let value = Double(picture.pixels[((y0 + y) * blockWidth + x0) * 3 + x])
                        for a in 0..<size { right[a * Self.outputs + output] += row[a] * value }
                        output += 1
                    }
                }
            }
        }
        for a in 0..<size { normal[a * size + a] += 1e-3 * Double(grid.tokenCount) }
        guard let solution = Self.solve(normal, right, size: size) else { return nil }
        self.channels = channels
        weights = (0..<Self.outputs).flatMap { output in (0..<size).map { Float(solution[$0 * Self.outputs + output]) }
        }
    }

    /// Cholesky's method for the lower triangle of a symmetric matrix; nil if it is not positive definite.
    private static func solve(_ matrix: [Double], _ right: [Double], size: Int) -> [Double]? {
        var l = matrix
        for a in 0..<size {
            for b in 0...a {
                var sum = l[a * size + b]
                for k in 0..<b { sum -= l[a * size + k] * l[b * size + k] }
                if a == b {
                    guard sum > 0 else { return nil }
                    l[a * size + a] = sum.squareRoot()
                } else {
                    l[a * size + b] = sum / l[b * size + b]
                }
            }
        }
        var x = right
        for a in 0..<size {
            for o in 0..<outputs {
                var sum = x[a * outputs + o]
                for k in 0..<a { sum -= l[a * size + k] * x[k * outputs + o] }
                x[a * outputs + o] = sum / l[a * size + a]
            }
        }
        for a in stride(from: size - 1, through: 0, by: -1) {
            for o in 0..<outputs {
                var sum = x[a * outputs + o]
                for k in a + 1..<size { sum -= l[k * size + a] * x[k * outputs + o] }
                x[a * outputs + o] = sum / l[a * size + a]
            }
        }
        return x
    }

    /// One picture for each latent frame, at most 640 pixels wide.
    func frames(_ latent: [Float], grid: LatentGrid) -> [VideoFrame] {
        let cells = grid.height * grid.width
        let block = max(1, min(Self.blockSize, 640 / grid.width))
        let width = grid.width * block
        return (0..<grid.frames).map { frame in
            var pixels = [UInt8](repeating: 0, count: width * grid.height * block * 3)
            for cell in 0..<cells {
                let token = (frame * cells + cell) * channels
                let (y0, x0) = (cell / grid.width * block, cell % grid.width * block)
                for y in 0..<block {
                    for x in 0..<block {
                        let (fromY, fromX) = (y * Self.blockSize / block, x * Self.blockSize / block)
                        for color in 0..<3 {
                            let output = (fromY * Self.blockSize + fromX) * 3 + color
                            var sum = weights[output * (channels + 1) + channels]
                            for channel in 0..<channels {
                                sum += weights[output * (channels + 1) + channel] * latent[token + channel]
                            }
                            pixels[((y0 + y) * width + x0 + x) * 3 + color] = UInt8(min(max(sum, 0), 255))
                        }
                    }
                }
            }
            return VideoFrame(width: width, height: grid.height * block, pixels: pixels)
        }
    }
}

/// Fitted maps, kept by the weights they belong to.
struct LatentColorStore {
    private let folder: URL?

    init(cache: URL?) {
        folder = cache?.appending(path: "latent-colors")
    }

    private func file(_ key: String) -> URL? { folder?.appending(path: "\(key).json") }

    func load(_ key: String) -> LatentColors? {
        file(key).flatMap { try? Data(contentsOf: $0) }.flatMap {
            try? JSONDecoder().decode(LatentColors.self, from: $0)
        }
    }

    func save(_ colors: LatentColors, _ key: String) {
        guard let folder, let file = file(key) else { return }
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? JSONEncoder().encode(colors).write(to: file, options: .atomic)
    }
}
