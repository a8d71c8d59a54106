/// The spacing of noise levels before any shift. Source: engine reference 5.1, ltx_video's `sampler`.
package enum BaseSchedule: String, Sendable, Hashable, CaseIterable {
    case uniform = "Uniform"
    case linearQuadratic = "LinearQuadratic"
    /// Uniform, shifted by the configuration's `shift`.
    case constant = "Constant"

    /// The first half of the LinearQuadratic steps covers this share of the way.
    private static let linearShare = 0.025

    /// `count` levels from 1 downwards.
    ///
    /// - Throws: ``DiffusionError/badStepCount(_:)`` for fewer than one.
    package func timesteps(_ count: Int) throws(DiffusionError) -> [Float] {
        guard count > 0 else { throw .badStepCount("\(count) steps; take at least 1") }
        switch self {
        case .uniform, .constant: return Self.linear(count)
        case .linearQuadratic: return Self.linearQuadratic(count)
        }
    }

    /// linspace(1, 1/n, n) in single precision, computed from both ends like torch's.
    private static func linear(_ count: Int) -> [Float] {
        guard count > 1 else { return [1] }
        let end = 1 / Float(count)
        let step = (end - 1) / Float(count - 1)
        return (0..<count).map { index in
            index < count / 2 ? 1 + step * Float(index) : end - step * Float(count - 1 - index)
        }
    }

    /// The letters are those of engine reference 5.1.
    private static func linearQuadratic(_ count: Int) -> [Float] {
        guard count > 1 else { return [1] }
        let a = linearShare
        let l = Double(count / 2)
        let q = Double(count - count / 2)
        let d = l - a * Double(count)
        let quadratic = d / (l * q * q)
        let linear = a / l - 2 * d / (q * q)
        let constant = quadratic * l * l
        return (0..<count).map { index in
            let i = Double(index)
            let u = index < count / 2 ? i * a / l : quadratic * i * i + linear * i + constant
            return Float(1 - u)
        }
    }
}
