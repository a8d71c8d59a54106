/// Feature vectors as colours: the first three principal components are red, green and blue.
package struct PrincipalColors {
    /// Vectors that the components are found from; more of them change nothing that could be seen.
    private static let sampleLimit = 4096
    private static let iterationLimit = 100
    /// Turns of a component, as 1 - cos, that no longer show.
    private static let tolerance: Float = 1e-5
    /// The share of values at either end that is allowed to be cut off.
    private static let outlierShare = 0.01

    /// `features`: `[count, width]`.
    ///
    /// - Returns: red, green and blue of each vector; grey where all are the same.
    package static func pixels(_ features: [Float], width: Int) -> [UInt8] {
        let count = width > 0 ? features.count / width : 0
        guard count > 0 else { return [] }
        let centred = centred(features, count: count, width: width)
        var pixels = [UInt8](repeating: 128, count: count * 3)
        for (color, component) in components(centred, count: count, width: width).enumerated() {
            let values = projected(centred, on: component, count: count)
            let sorted = values.sorted()
            let cut = Int(Double(count - 1) * outlierShare)
            let (low, high) = (sorted[cut], sorted[count - 1 - cut])
            guard high > low else { continue }
            for index in 0..<count {
                pixels[index * 3 + color] = UInt8(min(max((values[index] - low) / (high - low) * 255, 0), 255))
            }
        }
        return pixels
    }

    private static func centred(_ features: [Float], count: Int, width: Int) -> [Float] {
        var mean = [Float](repeating: 0, count: width)
        for index in 0..<count {
            for channel in 0..<width { mean[channel] += features[index * width + channel] / Float(count) }
        }
        var result = features
        for index in 0..<count {
            for channel in 0..<width { result[index * width + channel] -= mean[channel] }
        }
        return result
    }

    /// Orthogonal iteration: three directions are pulled through the covariance until they stand still.
    ///
    /// - Returns: up to three unit vectors, largest variance first; each points to where its largest entry is positive, so
    ///   that the same features always give the same colours.
    package static func components(_ centred: [Float], count: Int, width: Int) -> [[Float]] {
        let stride = max(count / sampleLimit, 1)
        let samples = Swift.stride(from: 0, to: count, by: stride).map { $0 * width }
        var state: UInt32 = 0x9E37_79B9
        func start() -> [Float] {
            (0..<width).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(state >> 8) / Float(1 << 24) - 0.5
            }
        }
        var found = orthonormal((0..<min(3, width)).map { _ in start() })
        for _ in 0..<iterationLimit {
            let next = orthonormal(found.map { covariance(centred, samples, times: $0) })
            let turn = zip(found, next).map { 1 - abs(dot($0, $1)) }.max() ?? 0
            let isSettled = next.count == found.count && turn < tolerance
            found = next
            if isSettled || found.isEmpty { break }
        }
        return found.map { component in
            let largest = component.max { abs($0) < abs($1) } ?? 1
            return largest < 0 ? component.map { -$0 } : component
        }
    }

    /// Σ x (x · v) over the samples.
    private static func covariance(_ features: [Float], _ samples: [Int], times vector: [Float]) -> [Float] {
        let width = vector.count
        return [Float](unsafeUninitializedCapacity: width) { result, filled in
            for channel in 0..<width { result[channel] = 0 }
            features.withUnsafeBufferPointer { features in
                vector.withUnsafeBufferPointer { vector in
                    for first in samples {
                        var sum: Float = 0
                        for channel in 0..<width { sum += features[first + channel] * vector[channel] }
                        for channel in 0..<width { result[channel] += features[first + channel] * sum }
                    }
                }
            }
            filled = width
        }
    }

    /// Gram-Schmidt; directions with nothing of their own are left out.
    private static func orthonormal(_ vectors: [[Float]]) -> [[Float]] {
        var basis: [[Float]] = []
        for vector in vectors {
            let before = dot(vector, vector)
            var rest = vector
            // The second time takes away what rounding left.
            for _ in 0..<2 {
                for other in basis {
                    let share = dot(rest, other)
                    for index in rest.indices { rest[index] -= share * other[index] }
                }
            }
            let norm = dot(rest, rest)
            guard norm.isFinite, norm > before * 1e-10, norm > 0 else { continue }
            let scale = 1 / norm.squareRoot()
            basis.append(rest.map { $0 * scale })
        }
        return basis
    }

    private static func projected(_ features: [Float], on component: [Float], count: Int) -> [Float] {
        let width = component.count
        return (0..<count).map { index in
            var sum: Float = 0
            for channel in 0..<width { sum += features[index * width + channel] * component[channel] }
            return sum
        }
    }

    private static func dot(_ first: [Float], _ second: [Float]) -> Float {
        var sum: Float = 0
        for index in first.indices { sum += first[index] * second[index] }
        return sum
    }
}
