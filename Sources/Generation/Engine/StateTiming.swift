package import Foundation

/// What keeping the state behind a step takes, for `bench`.
package enum StateTiming {
    /// Writes a state as big as that of a pass, twice as a job does: beside the one before it.
    ///
    /// - Returns: seconds of the second writing, with the estimate in it, and the file's size.
    /// - Throws: where `folder` cannot be written.
    package static func measure(tokenCount: Int, channels: Int, in folder: URL) throws -> (seconds: Double, bytes: Int)
    {
        let values = (0..<tokenCount * channels).map { Float($0 % 251) }
        var state = SamplerState(
            pass: .hr, step: 1, stepCount: 4, latent: values, tokenCount: tokenCount, key: "bench",
            origin: StateOrigin(weightsSHA256: ""), estimate: values, estimatedStep: 1, attention: nil)
        _ = try state.write(in: folder)
        state.step = 2
        let start = ContinuousClock.now
        let bytes = try state.write(in: folder)
        return ((ContinuousClock.now - start) / .seconds(1), bytes)
    }
}
