import Diffusion

/// Settings by the names that files and options give them.
extension PassSettings {
    /// Every name of ``stgModeName``.
    package static let stgModeNames = Perturbation.allCases.map(\.rawValue)

    /// How spatio-temporal guidance weakens its blocks; nil: the default. A name that is none changes nothing.
    package var stgModeName: String? {
        get { stgMode?.rawValue }
        set {
            guard let newValue else { return stgMode = nil }
            stgMode = Perturbation(rawValue: newValue) ?? stgMode
        }
    }
}
