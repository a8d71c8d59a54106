/// The sizes of a two-pass render: a small pass, and one of exactly twice its size. Source: engine reference 9.2.
package struct MultiScaleSize: Sendable, Hashable {
    /// Pixels of the first pass along one axis.
    package let first: Int
    /// Pixels of the second pass; the result is resized from this to the requested size.
    package let second: Int

    /// - Parameters:
    ///   - requested: the wanted height or width in pixels; at least 48, so that a latent position is left.
    ///   - factor: the pipeline's `downscale_factor`.
    ///   - granularity: pixels of one latent position.
    package init(requested: Int, factor: Double = 0.6666666, granularity: Int = 32) {
        first = Int(Double(requested) * factor) / granularity * granularity
        precondition(first > 0, "MultiScaleSize: \(requested) pixels")
        second = 2 * first
    }
}
