import Foundation

/// Shifts that move noise levels with the size of the video. Source: engine reference 5.1.
package enum ScheduleShift: Sendable, Hashable {
    case none
    case sd3
    /// Relative to a base resolution of `tokens` latent positions.
    case simpleDiffusion(baseTokens: Int)

    /// mu: 0.95 at 1024 latent positions, 2.05 at 4096, linear in between and beyond.
    package static func mu(tokenCount: Int) -> Double {
        let (low, high) = (0.95, 2.05)
        let slope = (high - low) / (4096 - 1024)
        return slope * Double(tokenCount) + (low - slope * 1024)
    }

    /// t' = e^mu / (e^mu + 1/t - 1).
    static func shifted(_ time: Float, mu: Double) -> Float {
        let factor = Float(exp(mu))
        return factor / (factor + (1 / time - 1))
    }

    /// - Parameters:
    ///   - timesteps: descending, in (0, 1].
    ///   - tokenCount: latent positions of the video, F · H · W.
    /// - Returns: as many levels.
    func apply(to timesteps: [Float], tokenCount: Int) -> [Float] {
        switch self {
        case .none:
            return timesteps
        case .sd3:
            let mu = Self.mu(tokenCount: tokenCount)
            return timesteps.map { Self.shifted($0, mu: mu) }
        case .simpleDiffusion(let baseTokens):
            let offset = 2 * logf(Float(tokenCount) / Float(baseTokens))
            return timesteps.map { time in
                let ratio = time / (1 - time)
                return 1 / (1 + expf(-0.5 * (logf(ratio * ratio) + offset)))
            }
        }
    }

    /// Stretches the levels so that the last is exactly `terminal`; a last level of 1 has nothing to stretch.
    static func stretched(_ timesteps: [Float], terminal: Float) -> [Float] {
        guard let last = timesteps.last, last < 1 else { return timesteps }
        let scale = (1 - last) / (1 - terminal)
        return timesteps.map { 1 - (1 - $0) / scale }
    }
}
