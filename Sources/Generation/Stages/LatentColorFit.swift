import Diffusion
import VideoIO

/// Least squares of decoded pixels over latent cells, summed over clips: one clip has too few colours for all others.
struct LatentColorFit {
    let channels: Int
    private(set) var clipCount = 0
    private(set) var cellCount = 0
    /// Sum of x xᵀ, lower triangle of `[channels + 1, channels + 1]`, where x is a cell's latent and a final 1.
    private(set) var normal: [Double]
    /// Sum of x yᵀ, `[channels + 1, outputs]`, where y are the cell's pixels.
    private(set) var right: [Double]

    private var size: Int { channels + 1 }
    private static let outputs = LatentColors.outputs
    /// What is added to a channel's variance, so that channels without content do not decide.
    private static let ridge = 1e-3

    init(channels: Int) {
        self.channels = channels
        normal = [Double](repeating: 0, count: (channels + 1) * (channels + 1))
        right = [Double](repeating: 0, count: (channels + 1) * LatentColors.outputs)
    }

    /// Sums from an earlier run; nil if they do not fit.
    init?(channels: Int, clipCount: Int, cellCount: Int, normal: [Double], right: [Double]) {
        guard normal.count == (channels + 1) * (channels + 1), right.count == (channels + 1) * LatentColors.outputs,
            clipCount >= 0, cellCount >= 0
        else { return nil }
        self.channels = channels
        self.clipCount = clipCount
        self.cellCount = cellCount
        self.normal = normal
        self.right = right
    }

    /// - `latent`: normalised tokens, `[tokens, channels]`.
    /// - `frames`: the decoded clip. Frame 0 belongs to latent frame 0, the next `framesPerLatent` to latent frame 1.
    mutating func add(_ latent: [Float], grid: LatentGrid, frames: [VideoFrame], framesPerLatent: Int) {
        guard !frames.isEmpty, latent.count == grid.tokenCount * channels else { return }
        let cells = grid.height * grid.width
        for frame in 0..<grid.frames {
            let middle = max(0, framesPerLatent * frame - framesPerLatent / 2 + 1)
            let picture = frames[min(middle, frames.count - 1)].resized(
                toWidth: grid.width * LatentColors.blockSize, height: grid.height * LatentColors.blockSize)
            for cell in 0..<cells {
                let token = (frame * cells + cell) * channels
                let x = latent[token..<token + channels].map(Double.init) + [1]
                add(x, Self.block(of: picture, row: cell / grid.width, column: cell % grid.width))
            }
        }
        clipCount += 1
        cellCount += grid.tokenCount
    }

    private mutating func add(_ x: [Double], _ y: [Double]) {
        for a in x.indices {
            for b in 0...a { normal[a * size + b] += x[a] * x[b] }
        }
        right.withUnsafeMutableBufferPointer { right in
            y.withUnsafeBufferPointer { y in
                for a in x.indices {
                    let row = a * Self.outputs
                    for output in 0..<Self.outputs { right[row + output] += x[a] * y[output] }
                }
            }
        }
    }

    private static func block(of picture: VideoFrame, row: Int, column: Int) -> [Double] {
        let side = LatentColors.blockSize
        return (0..<side).flatMap { y in
            let start = ((row * side + y) * picture.width + column * side) * 3
            return picture.pixels[start..<start + side * 3].map(Double.init)
        }
    }

    /// The best map; nil while there are too few cells to decide.
    func solved() -> LatentColors? {
        guard cellCount > 2 * size else { return nil }
        var matrix = normal
        for a in 0..<channels { matrix[a * size + a] += Self.ridge * Double(cellCount) }
        guard let solution = Self.solve(matrix, right, size: size) else { return nil }
        return LatentColors(channels: channels, weights: solution.map { Float($0) })
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
        /// Row a -= factor · row b.
        func subtract(_ factor: Double, _ b: Int, from a: Int) {
            for o in 0..<outputs { x[a * outputs + o] -= factor * x[b * outputs + o] }
        }
        for a in 0..<size {
            for k in 0..<a { subtract(l[a * size + k], k, from: a) }
            for o in 0..<outputs { x[a * outputs + o] /= l[a * size + a] }
        }
        for a in (0..<size).reversed() {
            for k in a + 1..<size { subtract(l[k * size + a], k, from: a) }
            for o in 0..<outputs { x[a * outputs + o] /= l[a * size + a] }
        }
        return x
    }
}
