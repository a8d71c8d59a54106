/// A setting of the noise process that cannot be used. `description` is a sentence a user can act on.
package enum DiffusionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The scheduler's configuration asks for something unknown.
    case unknownSetting(key: String, value: String)
    /// The number of steps, or what remains of it, is not usable.
    case badStepCount(String)
    /// A list of timesteps does not descend from at most 1 to above 0.
    case badTimesteps(String)
    /// The model allows other timesteps only.
    case timestepNotAllowed(Float, allowed: [Float])
    /// A guidance table's columns do not fit each other.
    case badGuidanceTable(String)

    package var description: String {
        switch self {
        case .unknownSetting(let key, let value):
            "The scheduler setting \(key) = \(value.debugDescription) is unknown. Check the model's configuration."
        case .badStepCount(let reason): "The number of steps cannot be used: \(reason)."
        case .badTimesteps(let reason): "The list of timesteps cannot be used: \(reason)."
        case .timestepNotAllowed(let time, let allowed):
            "The model was distilled for the timesteps \(allowed.map { "\($0)" }.joined(separator: ", ")), "
                + "and \(time) is none of them. Use the model's own schedule."
        case .badGuidanceTable(let reason): "The guidance table cannot be used: \(reason)."
        }
    }
}
