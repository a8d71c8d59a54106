import Foundation

/// How the diffusers library spaces noise levels for LTX: `scheduler/scheduler_config.json`.
///
/// Source: engine reference 5.2; `FlowMatchEulerDiscreteScheduler`. All arithmetic is in double until the end.
package struct DiffusersScheduleConfiguration: Sendable, Hashable, Decodable {
    package var isDynamic: Bool
    /// The static shift s: t' = s t / (1 + (s - 1) t); 1 is none.
    package var shift: Double
    package var terminal: Double?
    package var baseShift: Double
    package var maximumShift: Double
    package var baseTokenCount: Double
    package var maximumTokenCount: Double

    private enum CodingKeys: String, CodingKey {
        case shift
        case isDynamic = "use_dynamic_shifting"
        case terminal = "shift_terminal"
        case baseShift = "base_shift"
        case maximumShift = "max_shift"
        case baseTokenCount = "base_image_seq_len"
        case maximumTokenCount = "max_image_seq_len"
    }

    package init(isDynamic: Bool, shift: Double = 1, terminal: Double? = nil) {
        self.isDynamic = isDynamic
        self.shift = shift
        self.terminal = terminal
        baseShift = 0.95
        maximumShift = 2.05
        baseTokenCount = 1024
        maximumTokenCount = 4096
    }

    /// - Throws: the decoder's error for a value of another type.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            isDynamic: try values.decodeIfPresent(Bool.self, forKey: .isDynamic) ?? false,
            shift: try values.decodeIfPresent(Double.self, forKey: .shift) ?? 1,
            terminal: try values.decodeIfPresent(Double.self, forKey: .terminal))
        baseShift = try values.decodeIfPresent(Double.self, forKey: .baseShift) ?? baseShift
        maximumShift = try values.decodeIfPresent(Double.self, forKey: .maximumShift) ?? maximumShift
        baseTokenCount = try values.decodeIfPresent(Double.self, forKey: .baseTokenCount) ?? baseTokenCount
        maximumTokenCount = try values.decodeIfPresent(Double.self, forKey: .maximumTokenCount) ?? maximumTokenCount
    }

    /// The dynamic shift's mu for a number of latent positions.
    package func mu(tokenCount: Int) -> Double {
        let slope = (maximumShift - baseShift) / (maximumTokenCount - baseTokenCount)
        return Double(tokenCount) * slope + (baseShift - slope * baseTokenCount)
    }

    /// The schedule of a pass; its levels are diffusers' sigmas, and its timesteps are 1000 times as large.
    ///
    /// - Parameters:
    ///   - stepCount: levels before the final 0.
    ///   - tokenCount: latent positions of the video, F · H · W.
    /// - Returns: `stepCount` levels.
    /// - Throws: ``DiffusionError``.
    package func schedule(stepCount: Int, tokenCount: Int) throws(DiffusionError) -> NoiseSchedule {
        guard stepCount > 0 else { throw .badStepCount("\(stepCount) steps; take at least 1") }
        let end = 1 / Double(stepCount)
        let sigmas = (0..<stepCount).map { index in
            stepCount == 1 ? 1 : 1 + Double(index) * (end - 1) / Double(stepCount - 1)
        }
        return try schedule(sigmas: sigmas, tokenCount: tokenCount)
    }

    /// The schedule that a given list of levels becomes.
    ///
    /// - Parameters:
    ///   - sigmas: descending, in (0, 1].
    ///   - tokenCount: latent positions of the video, F · H · W.
    /// - Returns: as many levels.
    /// - Throws: ``DiffusionError/badTimesteps(_:)``.
    package func schedule(sigmas: [Double], tokenCount: Int) throws(DiffusionError) -> NoiseSchedule {
        var levels = sigmas
        if isDynamic {
            let factor = exp(mu(tokenCount: tokenCount))
            levels = levels.map { factor / (factor + (1 / $0 - 1)) }
        } else {
            levels = levels.map { shift * $0 / (1 + (shift - 1) * $0) }
        }
        // A single level of 1 has nothing to stretch; the division would be 0/0.
        if let terminal, terminal > 0, let last = levels.last, last < 1 {
            let scale = (1 - last) / (1 - terminal)
            levels = levels.map { 1 - (1 - $0) / scale }
        }
        return try NoiseSchedule(timesteps: levels.map { Float($0) })
    }
}
