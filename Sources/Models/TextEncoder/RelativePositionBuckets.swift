import Foundation

/// T5's bidirectional buckets of distances between tokens: exact when near, logarithmic when far.
///
/// Source: engine reference, section 3; `_relative_position_bucket` of Hugging Face's T5.
package struct RelativePositionBuckets: Sendable, Equatable {
    package let count: Int
    /// All distances from here on share the last bucket of their direction.
    package let maximumDistance: Int

    package init(count: Int, maximumDistance: Int) {
        self.count = count
        self.maximumDistance = maximumDistance
    }

    /// Buckets of one direction.
    private var half: Int { count / 2 }
    /// Distances below this have a bucket of their own.
    private var exact: Int { half / 2 }

    var isUsable: Bool { count > 0 && count.isMultiple(of: 4) && maximumDistance > exact }

    /// - Parameter relativePosition: key position - query position.
    /// - Returns: 0 ..< `count`.
    package func bucket(_ relativePosition: Int) -> Int {
        let base = relativePosition > 0 ? half : 0
        let distance = abs(relativePosition)
        if distance < exact { return base + distance }
        let logarithm = logf(Float(distance) / Float(exact))
        let range = Float(log(Double(maximumDistance) / Double(exact)))
        return base + min(half - 1, exact + Int(logarithm / range * Float(half - exact)))
    }
}
