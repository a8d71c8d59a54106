/// How a model spaces its noise levels: the `scheduler` part of an LTX configuration.
///
/// Decodes from that JSON; unknown keys are ignored, unknown values are refused.
package struct ScheduleConfiguration: Sendable, Hashable, Decodable {
    package var base: BaseSchedule
    package var shift: ScheduleShift
    /// The last level after the SD3 shift; nil leaves it where it falls.
    package var terminal: Float?
    /// The mu of ``BaseSchedule/constant``.
    package var constantShift: Float?

    package init(
        base: BaseSchedule = .uniform, shift: ScheduleShift = .none, terminal: Float? = nil, constantShift: Float? = nil
    ) {
        self.base = base
        self.shift = shift
        self.terminal = terminal
        self.constantShift = constantShift
    }

    private enum CodingKeys: String, CodingKey {
        case sampler, shifting
        case baseResolution = "base_resolution"
        case terminal = "target_shift_terminal"
        case constantShift = "shift"
    }

    /// - Throws: ``DiffusionError/unknownSetting(key:value:)``, or the decoder's error for a value of another type.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let sampler = try values.decodeIfPresent(String.self, forKey: .sampler) ?? BaseSchedule.uniform.rawValue
        guard let base = BaseSchedule(rawValue: sampler) else {
            throw DiffusionError.unknownSetting(key: "sampler", value: sampler)
        }
        let shift: ScheduleShift
        switch try values.decodeIfPresent(String.self, forKey: .shifting) {
        case nil:
            shift = .none
        case "SD3":
            shift = .sd3
        case "SimpleDiffusion":
            shift = .simpleDiffusion(baseTokens: try values.decode(Int.self, forKey: .baseResolution))
        case let other?:
            throw DiffusionError.unknownSetting(key: "shifting", value: other)
        }
        self.init(
            base: base, shift: shift, terminal: try values.decodeIfPresent(Float.self, forKey: .terminal),
            constantShift: try values.decodeIfPresent(Float.self, forKey: .constantShift))
    }

    /// The schedule of a pass.
    ///
    /// - Parameters:
    ///   - stepCount: levels before the final 0.
    ///   - tokenCount: latent positions of the video, F · H · W.
    /// - Returns: `stepCount` levels.
    /// - Throws: ``DiffusionError``.
    package func schedule(stepCount: Int, tokenCount: Int) throws(DiffusionError) -> NoiseSchedule {
        var timesteps = try base.timesteps(stepCount)
        if base == .constant {
            guard let constantShift else { throw .unknownSetting(key: "shift", value: "null") }
            timesteps = timesteps.map { ScheduleShift.shifted($0, mu: Double(constantShift)) }
        }
        timesteps = shift.apply(to: timesteps, tokenCount: tokenCount)
        if shift == .sd3, let terminal { timesteps = ScheduleShift.stretched(timesteps, terminal: terminal) }
        return try NoiseSchedule(timesteps: timesteps)
    }
}
