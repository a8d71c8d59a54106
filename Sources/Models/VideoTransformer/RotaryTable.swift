import Foundation
package import Tensors

/// Cosines and sines that rotate the channel pairs of queries and keys by their token's place in time and picture.
///
/// The three axes (seconds, pixel rows, pixel columns) share the frequencies and take turns over the channel pairs. A
/// video has few distinct coordinates on each axis, so cosines are computed once a coordinate and spread to the tokens
/// on demand: a 1440p clip has 57 600 tokens and about 160 distinct coordinates.
///
/// Every step is fp32 in this order, because angles reach 15 708 rad, where one ulp is 1e-3.
/// Source: `precompute_freqs_cis` of ltx_video; engine reference, section "Rotary table".
package struct RotaryTable: Sendable {
    /// Channels of the token stream: the table spans all heads.
    package let width: Int
    package let tokenCount: Int
    /// Channel pairs in front that are not rotated, where the width is not a multiple of 6.
    package let restingPairCount: Int
    /// Angular frequencies, the same for every axis.
    package let frequencies: [Float]
    private let axes: [Axis]

    /// The distinct coordinates of one axis.
    private struct Axis: Sendable {
        /// `[distinct coordinates, frequencies]`.
        var cosines: [Float]
        var sines: [Float]
        /// For each token, its row in the tables.
        var rowOfToken: [Int32]
    }

    /// - Parameters:
    ///   - coordinates: `[3, tokens]`: seconds, pixel rows, pixel columns of each token.
    ///   - configuration: of the transformer that the table is for.
    package init(coordinates: [Float], configuration: VideoTransformerConfiguration) {
        self.init(
            coordinates: coordinates, width: configuration.width, theta: configuration.rotaryTheta,
            maximumPositions: configuration.maximumPositions)
    }

    /// - Parameters:
    ///   - coordinates: `[3, tokens]`: seconds, pixel rows, pixel columns of each token.
    ///   - width: channels of the token stream, even.
    ///   - theta: ratio of the highest frequency to the lowest.
    ///   - maximumPositions: the coordinate of each axis at which its angle is as large as the frequency.
    package init(coordinates: [Float], width: Int, theta: Double, maximumPositions: [Double]) {
        precondition(
            coordinates.count.isMultiple(of: 3) && maximumPositions.count == 3,
            "rotary table of \(coordinates.count) coordinates")
        precondition(width.isMultiple(of: 2), "rotary table of odd width \(width)")
        self.width = width
        tokenCount = coordinates.count / 3
        restingPairCount = width % 6 / 2
        frequencies = Self.frequencies(count: width / 6, theta: Float(theta))
        axes = (0..<3).map { [frequencies, tokenCount] axis in
            Self.axis(
                coordinates[axis * tokenCount..<(axis + 1) * tokenCount], frequencies: frequencies,
                maximumPosition: Float(maximumPositions[axis]))
        }
    }

    /// `theta^l · π / 2` for `l` evenly spaced over 0...1.
    private static func frequencies(count: Int, theta: Float) -> [Float] {
        let step = 1 / Float(max(count - 1, 1))
        return (0..<count).map { index in
            // As torch.linspace: the second half counts down from the end.
            let exponent = index < count / 2 || count == 1 ? step * Float(index) : 1 - step * Float(count - 1 - index)
            return pow(theta, exponent) * Float.pi / 2
        }
    }

    private static func axis(_ coordinates: ArraySlice<Float>, frequencies: [Float], maximumPosition: Float) -> Axis {
        var axis = Axis(cosines: [], sines: [], rowOfToken: [])
        axis.rowOfToken.reserveCapacity(coordinates.count)
        var rows: [Float: Int32] = [:]
        for coordinate in coordinates {
            if let row = rows[coordinate] {
                axis.rowOfToken.append(row)
                continue
            }
            let row = Int32(rows.count)
            rows[coordinate] = row
            axis.rowOfToken.append(row)
            let direction = coordinate / maximumPosition * 2 - 1
            for frequency in frequencies {
                let angle = frequency * direction
                axis.cosines.append(cos(angle))
                axis.sines.append(sin(angle))
            }
        }
        return axis
    }

    /// Writes the cosine and sine of every channel pair of the given tokens.
    ///
    /// - Parameters:
    ///   - tokens: the tokens, in order.
    ///   - cosines: `[tokens.count, width / 2]`.
    ///   - sines: `[tokens.count, width / 2]`.
    package func writePairs(
        _ tokens: Range<Int>, cosines: UnsafeMutableBufferPointer<Float>, sines: UnsafeMutableBufferPointer<Float>
    ) {
        let pairCount = width / 2
        precondition(
            tokens.lowerBound >= 0 && tokens.upperBound <= tokenCount, "rotary table: tokens \(tokens) of \(tokenCount)"
        )
        precondition(
            cosines.count >= tokens.count * pairCount && sines.count >= tokens.count * pairCount,
            "rotary table: no room")
        for (line, token) in tokens.enumerated() {
            let start = line * pairCount
            for pair in start..<start + restingPairCount {
                cosines[pair] = 1
                sines[pair] = 0
            }
            for (offset, axis) in axes.enumerated() {
                let source = Int(axis.rowOfToken[token]) * frequencies.count
                axis.cosines.withUnsafeBufferPointer {
                    Self.spread(
                        $0, from: source, count: frequencies.count, to: cosines, at: start + restingPairCount + offset)
                }
                axis.sines.withUnsafeBufferPointer {
                    Self.spread(
                        $0, from: source, count: frequencies.count, to: sines, at: start + restingPairCount + offset)
                }
            }
        }
    }

    /// Copies `count` values to every third place.
    @inline(__always)
    private static func spread(
        _ source: UnsafeBufferPointer<Float>, from first: Int, count: Int, to target: UnsafeMutableBufferPointer<Float>,
        at start: Int
    ) {
        for index in 0..<count {
            target[start + 3 * index] = source[first + index]
        }
    }

    /// The whole table, each value twice, for both channels of its pair.
    ///
    /// - Returns: cosines and sines, each `[tokens, width]`.
    package func dense() -> (cosines: Tensor, sines: Tensor) {
        let pairCount = width / 2
        var cosines = [Float](repeating: 0, count: tokenCount * pairCount)
        var sines = cosines
        cosines.withUnsafeMutableBufferPointer { cosines in
            sines.withUnsafeMutableBufferPointer { sines in
                writePairs(0..<tokenCount, cosines: cosines, sines: sines)
            }
        }
        return (doubled(cosines), doubled(sines))
    }

    private func doubled(_ pairs: [Float]) -> Tensor {
        Tensor(shape: [tokenCount, width]) { table in
            for (index, value) in pairs.enumerated() {
                table[2 * index] = value
                table[2 * index + 1] = value
            }
        }
    }
}
